import * as z from "zod"

import { isChecksum } from "../../../domain/checksum.ts"
import { maxFolderPathLength } from "../../../domain/folder-path.ts"

import { partSizeLimits } from "../../../domain/multipart.ts"
import { maxPhotosPerJob } from "../../../domain/upload-job.ts"
import { uploadItem } from "../../clients/object-store/presigned-upload.ts"

const declaredFile = z.object({
  filename: z.string().max(1024),
  mimeType: z.string().max(255),
  bytes: z.number().int().nonnegative(),
  /** Hex SHA-256 of the file. The URL accepts only content with this hash. */
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "must be 64 hexadecimal digits")
    .transform((hex) => hex.toLowerCase())
    .pipe(z.string().refine(isChecksum))
    .optional(),
  /**
   * Folder of the file, relative to what the user chose, e.g. `Holiday/Day 1`. Searches find its words. `\\` becomes
   * `/`.
   */
  path: z.string().max(maxFolderPathLength).optional(),
})

export const createUploadJobRequest = z.object({
  files: z.array(declaredFile).min(1).max(maxPhotosPerJob),
  strategy: z.literal("s3-presigned").default("s3-presigned"),
  /** In bytes. A larger file is uploaded in parts of this size. */
  partSize: z.number().int().min(partSizeLimits.min).max(partSizeLimits.max).default(partSizeLimits.default),
  /** If false, every file is uploaded in one PUT of up to 5 GiB. For clients that cannot read a part of a file. */
  multipart: z.boolean().default(true),
  /** If true, a file is uploaded also if the caller has a photo with the same `sha256`. */
  allowDuplicates: z.boolean().default(false),
  /** If true, the keywords in the files (XMP, IPTC) become tags. */
  importKeywords: z.boolean().default(false),
  /** Returns a result for each file and writes nothing. */
  dryRun: z.boolean().default(false),
})

export const createUploadJobResponse = z.object({
  jobId: z.string(),
  items: z.array(uploadItem),
  /**
   * Whether the server receives S3 events for uploads. If false, finalize every upload; if true, only photos whose
   * status has not changed a few seconds after their upload.
   */
  storageEvents: z.boolean(),
})

const dryRunItem = z.object({
  filename: z.string(),
  result: z.enum(["accepted", "rejected", "duplicate"]),
  /** The caller's photo that has the same bytes. Null also for a duplicate of an earlier file of the request. */
  duplicateOf: z.string().nullable(),
  /** Why the file is rejected: `code` for programs, `detail` for people. */
  reason: z.object({ code: z.string(), detail: z.string() }).nullable(),
})

export const dryRunResponse = z.object({
  dryRun: z.literal(true),
  /** Whether the accepted files fit into the caller's quota. */
  isWithinQuota: z.boolean(),
  items: z.array(dryRunItem),
})

export type CreateUploadJobResponse = z.infer<typeof createUploadJobResponse>
export type DryRunResponse = z.infer<typeof dryRunResponse>
