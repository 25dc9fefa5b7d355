import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { pendingPhoto, pendingPhotoJson } from "../../clients/object-store/pending-photo.ts"

/** A photo as its presigned PUT needs it, and how it stands. Null: there is none of this user. */
export const selectUpload = statementOf<{ photoId: PhotoId; userId: UserId }>()(
  z.object({ status: z.enum(photoStatuses), photo: pendingPhoto }).nullable(),
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
  select (select jsonb_build_object('status', status, 'photo', ${pendingPhotoJson}) from known p) as result`,
)
