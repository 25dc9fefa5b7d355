import * as z from "zod"
import { isPhotoId } from "../../../domain/ids.ts"
import { photoTypes } from "../../../domain/photo-type.ts"

/** A photo that waits for its bytes, as its presigned upload needs it. */
export const pendingPhoto = z.object({
  photoId: z.string().refine(isPhotoId),
  type: z.enum(photoTypes),
  bytes: z.number().int(),
  /** Lower-case hex, when the client gave one. */
  sha256: z.string().nullable(),
  partSize: z.number().int().nullable(),
  uploadId: z.string().nullable(),
  s3Key: z.string(),
})

export type PendingPhoto = z.infer<typeof pendingPhoto>

/** The same in SQL, of a row of `photos` that is called `p`. */
export const pendingPhotoJson = `jsonb_build_object(
    'photoId', p.photo_id, 'type', p.mime_type, 'bytes', p.bytes, 'sha256', p.expected_sha256,
    'partSize', p.part_size, 'uploadId', p.upload_id, 's3Key', p.s3_key)`
