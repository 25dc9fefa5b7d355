import * as z from "zod"
import { isChecksum } from "../../../domain/checksum.ts"
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
})

export const createUploadJobRequest = z.object({
  files: z.array(declaredFile).min(1).max(maxPhotosPerJob),
  strategy: z.literal("s3-presigned").default("s3-presigned"),
  /** In bytes. A larger file is uploaded in parts of this size. */
  partSize: z.number().int().min(partSizeLimits.min).max(partSizeLimits.max).default(partSizeLimits.default),
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
  /** The caller's photo that has the same bytes. */
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

export type CreateUploadJobRequest = z.input<typeof createUploadJobRequest>
export type CreateUploadJobResponse = z.infer<typeof createUploadJobResponse>
export type DryRunResponse = z.infer<typeof dryRunResponse>
