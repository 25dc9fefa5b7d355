import * as z from "zod"
import { partSizeLimits } from "../../../domain/multipart.ts"
import { presignedUpload } from "../../clients/object-store/presigned-upload.ts"

const declaredFile = z.object({
  filename: z.string().max(1024),
  mimeType: z.string().max(255),
  bytes: z.number().int().nonnegative(),
  /** Hex SHA-256 of the file: binds the URL to these very bytes. */
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "must be 64 hexadecimal digits")
    .optional(),
})

export const createUploadJobRequest = z.object({
  files: z.array(declaredFile).min(1).max(500),
  strategy: z.literal("s3-presigned").default("s3-presigned"),
  /** Bytes: a larger file comes in parts of this size. */
  partSize: z.number().int().min(partSizeLimits.min).max(partSizeLimits.max).default(partSizeLimits.default),
  /** Says of every file what would become of it, and writes nothing. */
  dryRun: z.boolean().default(false),
})

export const createUploadJobResponse = z.object({ jobId: z.string(), items: z.array(presignedUpload) })

const verdict = z.object({
  filename: z.string(),
  verdict: z.enum(["accepted", "refused", "duplicate"]),
  /** The photo of one's own that has the same bytes. */
  duplicateOf: z.string().nullable(),
  /** Why it is refused: `code` for programs, `detail` for people. */
  reason: z.object({ code: z.string(), detail: z.string() }).nullable(),
})

export const dryRunResponse = z.object({
  dryRun: z.literal(true),
  /** Whether there is room for all that would be uploaded. */
  isWithinQuota: z.boolean(),
  items: z.array(verdict),
})

export type CreateUploadJobRequest = z.input<typeof createUploadJobRequest>
export type CreateUploadJobResponse = z.infer<typeof createUploadJobResponse>
export type DryRunResponse = z.infer<typeof dryRunResponse>
