import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { transitionAndDeletionEffects, transitionedColumns } from "../../../db/transition-effects.ts"
import { mayBecome } from "../../../db/transition-guard.ts"
import { isPhotoId, type PhotoId, type UserId } from "../../../domain/ids.ts"
import { deletedPhoto } from "./schema.ts"

/** As `cancelPhoto`, for many photos: cancels those that are not finished, and hides those that are. */
export const deletePhotos = statementOf<{ photoIds: readonly PhotoId[]; userId: UserId }>()(
  z.array(
    deletedPhoto.extend({
      photoId: z.string().refine(isPhotoId),
      /** The multipart upload that the caller has to abort. */
      uploadId: z.string().nullable(),
    }),
  ),
  `
  with ${inputOfActingUser},
  requested as (
    select photo_id, place from input,
      jsonb_array_elements_text(coalesce(doc->'photoIds', '[]')) with ordinality as r (photo_id, place)
  ),
  -- Locked in the order of their ids, and then the jobs in the order of theirs, so that no deadlock occurs.
  found as materialized (
    select p.photo_id, p.job_id, p.status, p.upload_id, p.deleted_at from input
    join photos p on p.photo_id = any (array(select photo_id from requested)) and p.user_id = doc->>'userId'
    order by p.photo_id for update of p
  ),
  locked_jobs as materialized (
    select job_id from upload_jobs where job_id = any (array(select job_id from found)) order by job_id for update
  ),
  transitioned as (
    update photos p set status = 'CANCELLED', lease_expires_at = null, completed_at = now(), updated_at = now()
    from found
    where p.photo_id = found.photo_id and ${mayBecome("CANCELLED", "p.status")}
      and (select count(*) from locked_jobs) > 0
    returning ${transitionedColumns}
  ),
  deleted as (
    update photos p set deleted_at = now(), updated_at = now()
    from found
    where p.photo_id = found.photo_id and found.status in ('COMPLETED', 'FAILED', 'DUPLICATE')
      and found.deleted_at is null and (select count(*) from locked_jobs) > 0
    returning ${transitionedColumns}
  ),
  touched as (select distinct job_id from deleted),
  ${transitionAndDeletionEffects},
  decided as (
    select requested.photo_id, requested.place, found.job_id, coalesce(transitioned.status, found.status) as status,
      found.deleted_at is not null or deleted.photo_id is not null as is_deleted,
      case when transitioned.photo_id is not null then found.upload_id end as upload_id,
      case when transitioned.photo_id is not null then 'cancelled' when deleted.photo_id is not null then 'deleted'
        when found.photo_id is null then 'not_found' else 'unchanged' end as outcome
    from requested left join found using (photo_id) left join transitioned using (photo_id)
      left join deleted using (photo_id)
  ),
  ${auditOf(
    "delete-photos",
    `select doc->>'userId' as user_id, job_id, photo_id, outcome from input, decided`,
  )}
  select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id, 'outcome', outcome, 'status', status,
    'isDeleted', is_deleted, 'uploadId', upload_id) order by place), '[]') as result
  from decided`,
)
