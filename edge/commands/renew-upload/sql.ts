import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { photoUpload, photoUploadJson } from "../../clients/object-store/photo-upload.ts"

/** Reads the fields of a photo that its upload needs. */
export const selectUpload = statementOf<{ photoId: PhotoId; userId: UserId }>()(
  rowOrNotFound(photoUpload),
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
  select (select ${photoUploadJson} from known p) as result`,
)
