import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { type PendingStatus, photoStatuses } from "../../../domain/photo-status.ts"
import { photoTypes } from "../../../domain/photo-type.ts"

/** The fields of a photo that its upload needs, in any status. */
export const declaredPhoto = z.object({
  photoId: z.string().refine(isPhotoId),
  status: z.enum(photoStatuses),
  type: z.enum(photoTypes),
  bytes: z.number().int(),
  /** Lower-case hex, or null when the client sent none. */
  sha256: z.string().nullable(),
  partSize: z.number().int().nullable(),
  uploadId: z.string().nullable(),
  s3Key: z.string(),
})

export type DeclaredPhoto = z.infer<typeof declaredPhoto>

/** A photo whose upload is pending. URLs are signed only for these. */
export type PendingPhoto = DeclaredPhoto & { status: PendingStatus }

/** SQL that builds a `DeclaredPhoto` from a row of `photos` with the alias `p`. */
export const declaredPhotoJson = `jsonb_build_object(
    'photoId', p.photo_id, 'status', p.status, 'type', p.mime_type, 'bytes', p.bytes, 'sha256', p.expected_sha256,
    'partSize', p.part_size, 'uploadId', p.upload_id, 's3Key', p.s3_key)`
