import { statementOf } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { storedPhoto } from "./schema.ts"

/** A photo of the user, or null. */
export const selectPhoto = statementOf<{ photoId: PhotoId; userId: UserId }>()(
  storedPhoto.nullable(),
  `
  with input as (select $1::jsonb as doc)
  select (
    select jsonb_build_object(
      'photoId', p.photo_id, 'jobId', p.job_id, 'filename', p.filename, 'mimeType', p.mime_type, 'bytes', p.bytes,
      'status', p.status, 'failureReason', p.failure_reason, 'failureDetail', p.failure_detail,
      'eTag', p.etag, 'checksum', p.checksum, 'width', p.width, 'height', p.height, 'exifJson', p.exif_json,
      'isDegraded', p.is_degraded, 'thumbnails', coalesce(p.thumbnails, '[]'),
      'createdAt', p.created_at, 'completedAt', p.completed_at)
    from input join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
  ) as result`,
)
