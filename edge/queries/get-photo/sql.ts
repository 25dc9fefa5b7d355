import * as z from "zod"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { labelsOfPhoto, sentBytesOf } from "../../../db/photo-sql.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { storedPhoto } from "./schema.ts"

/** Reads a photo of the user with the version of its row. */
export const selectPhoto = statementOf<{ photoId: PhotoId; userId: UserId }>()(
  rowOrNotFound(storedPhoto.extend({ version: z.number().int() })),
  `
  with ${inputOfActingUser}
  select (
    select jsonb_build_object(
      'photoId', p.photo_id, 'jobId', p.job_id, 'filename', p.filename, 'path', p.path, 'mimeType', p.mime_type, 'bytes', p.bytes,
      'bytesSent', ${sentBytesOf("p")},
      'status', p.status, 'failureReason', p.failure_reason, 'failureDetail', p.failure_detail,
      'duplicateOf', p.duplicate_of,
      'eTag', p.etag, 'checksum', p.checksum, 'width', p.width, 'height', p.height, 'exifJson', p.exif_json,
      'isDegraded', p.is_degraded, 'anomalies', to_jsonb(p.anomalies), 'thumbnails', coalesce(p.thumbnails, '[]'),
      'thumbhash', p.thumbhash, 'annotations', p.annotations,
      'tags', ${labelsOfPhoto},
      'createdAt', p.created_at, 'completedAt', p.completed_at, 'version', p.version)
    from input join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    where p.deleted_at is null
  ) as result`,
)
