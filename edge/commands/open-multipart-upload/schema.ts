import * as z from "zod"
import { isChecksum } from "../../../domain/checksum.ts"
import { isPhotoId } from "../../../domain/ids.ts"

/** Maximum number of parts in one request: each costs a signature. */
const maxPartsPerRequest = 1000
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const maxParts = 10_000

export const openMultipartUploadParams = z.object({ photoId: z.string().refine(isPhotoId) })

const partChecksum = z.object({
  /** From 1. */
  partNumber: z.number().int().min(1).max(maxParts),
  /** Hex SHA-256 of the part. */
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, "must be 64 hexadecimal digits")
    .transform((hex) => hex.toLowerCase())
    .pipe(z.string().refine(isChecksum)),
})

export const openMultipartUploadRequest = z.object({
  /**
   * Opens the upload with a checksum for every part. The response has the URLs of these parts, which accept only content
   * with the hash, and the parts that are stored. Call it again with further parts as they are hashed.
   */
  parts: z
    .array(partChecksum)
    .max(maxPartsPerRequest)
    .refine((all) => new Set(all.map(({ partNumber }) => partNumber)).size === all.length, "has a part twice")
    .optional(),
})

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
  /** In their order. Every part, or, with part checksums, the parts of the request and the stored ones. */
  parts: z.array(presignedPart),
})

export type OpenMultipartUploadRequest = z.input<typeof openMultipartUploadRequest>
export type OpenMultipartUploadResponse = z.infer<typeof openMultipartUploadResponse>
