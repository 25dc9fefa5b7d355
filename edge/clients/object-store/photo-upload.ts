import * as z from "zod"
import { isChecksum } from "../../../domain/checksum.ts"
import { isPhotoId } from "../../../domain/ids.ts"
import type { PhotoUpload } from "../../../domain/photo.ts"
import { pendingStatuses } from "../../../domain/photo-status.ts"
import { photoTypes } from "../../../domain/photo-type.ts"

const photoId = z.string().refine(isPhotoId)

/** The upload of a photo in any status, from `photoUploadJson`. */
export const photoUpload: z.ZodType<PhotoUpload> = z.discriminatedUnion("status", [
  z.object({
    photoId,
    status: z.enum(pendingStatuses),
    type: z.enum(photoTypes),
    bytes: z.number().int(),
    sha256: z.string().refine(isChecksum).nullable(),
    partSize: z.number().int().nullable(),
    uploadId: z.string().nullable(),
    s3Key: z.string(),
  }),
  z.object({ photoId, status: z.enum(["PROCESSING", "COMPLETED", "FAILED", "CANCELLED"]) }),
  z.object({ photoId, status: z.literal("DUPLICATE"), duplicateOf: photoId }),
])

/** SQL that builds a `PhotoUpload` from a row of `photos` with the alias `p`. */
export const photoUploadJson = `jsonb_build_object(
    'photoId', p.photo_id, 'status', p.status, 'type', p.mime_type, 'bytes', p.bytes, 'sha256', p.expected_sha256,
    'partSize', p.part_size, 'uploadId', p.upload_id, 's3Key', p.s3_key, 'duplicateOf', p.duplicate_of)`
