import { z } from "zod"

const announcedFile = z.object({
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
  files: z.array(announcedFile).min(1).max(500),
  strategy: z.literal("s3-presigned").default("s3-presigned"),
})

const item = z.object({
  photoId: z.string(),
  method: z.literal("PUT"),
  presignedUrl: z.url(),
  /** Send exactly these; a browser adds content-length itself. */
  headers: z.record(z.string(), z.string()),
  expiresAt: z.iso.datetime(),
  multipart: z.null(),
})

export const createUploadJobResponse = z.object({ jobId: z.string(), items: z.array(item) })

export type CreateUploadJobRequest = z.input<typeof createUploadJobRequest>
export type CreateUploadJobResponse = z.infer<typeof createUploadJobResponse>
