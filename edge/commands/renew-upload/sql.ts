import { z } from "zod"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { auditOf } from "../../../db/status-sql.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { photoTypes } from "../../../domain/photo-type.ts"

/** A photo as its presigned PUT needs it, and how it stands. Null: there is none of this user. */
export const selectUpload = statementOf<{ photoId: PhotoId; userId: UserId }>()(
  z
    .object({
      status: z.enum(photoStatuses),
      type: z.enum(photoTypes),
      bytes: z.number().int(),
      sha256: z.string().nullable(),
      partSize: z.number().int().nullable(),
      uploadId: z.string().nullable(),
      s3Key: z.string(),
    })
    .nullable(),
  `
  with ${inputOfActingUser},
  known as (
    select p.* from input join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    where p.deleted_at is null
  ),
  ${auditOf(
    "renew-upload",
    `select doc->>'userId' as user_id, known.job_id, doc->>'photoId' as photo_id,
       coalesce(known.status, 'not_found') as outcome from input left join known on true`,
  )}
  select (
    select jsonb_build_object('status', status, 'type', mime_type, 'bytes', bytes, 'sha256', expected_sha256,
      'partSize', part_size, 'uploadId', upload_id, 's3Key', s3_key)
    from known
  ) as result`,
)
