import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"

export const openMultipartUploadParams = z.object({ photoId: z.string().refine(isPhotoId) })

const presignedPart = z.object({
  /** From 1. */
  partNumber: z.number().int(),
  bytes: z.number().int(),
  method: z.literal("PUT"),
  presignedUrl: z.url(),
  /** Send exactly these headers. A browser adds content-length itself. */
  headers: z.record(z.string(), z.string()),
  /** Whether S3 has the part already. If true, do not send it again. */
  isStored: z.boolean(),
})

export const openMultipartUploadResponse = z.object({
  photoId: z.string(),
  uploadId: z.string(),
  /** Size of every part except the last, in bytes. */
  partSize: z.number().int(),
  partCount: z.number().int(),
  expiresAt: z.iso.datetime(),
  parts: z.array(presignedPart),
})

export type OpenMultipartUploadResponse = z.infer<typeof openMultipartUploadResponse>
