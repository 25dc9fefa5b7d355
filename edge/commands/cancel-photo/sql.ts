import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { transitionAndDeletionEffects, transitionedColumns } from "../../../db/transition-effects.ts"
import { mayBecome } from "../../../db/transition-guard.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"

/**
 * Cancels a photo that is not finished, or hides one that is COMPLETED, FAILED or a DUPLICATE. A photo that is already
 * cancelled or hidden is unchanged.
 */
export const cancelPhoto = statementOf<{ photoId: PhotoId; userId: UserId }>()(
  rowOrNotFound(
    z.object({
      status: z.enum(photoStatuses),
      isDeleted: z.boolean(),
      /** The multipart upload that the caller has to abort. */
      uploadId: z.string().nullable(),
    }),
  ),
  `
  with ${inputOfActingUser},
  -- Locks the row before reading its status, so that a concurrent cancel and completion run one after the other.
  found as (
    select p.photo_id, p.job_id, p.status, p.upload_id, p.deleted_at from input
    join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    for update of p
  ),
  transitioned as (
    update photos p set status = 'CANCELLED', lease_expires_at = null, completed_at = now(), updated_at = now()
    from found where p.photo_id = found.photo_id and ${mayBecome("CANCELLED", "p.status")}
    returning ${transitionedColumns}
  ),
  deleted as (
    update photos p set deleted_at = now(), updated_at = now()
    from found
    where p.photo_id = found.photo_id and found.status in ('COMPLETED', 'FAILED', 'DUPLICATE') and found.deleted_at is null
    returning ${transitionedColumns}
  ),
  touched as (select job_id from deleted),
  ${transitionAndDeletionEffects},
  ${auditOf(
    "cancel-photo",
    `select doc->>'userId' as user_id, found.job_id, doc->>'photoId' as photo_id,
       case when exists (select from transitioned) then 'cancelled' when exists (select from deleted) then 'deleted'
         when found.photo_id is null then 'not_found' else 'unchanged' end as outcome
     from input left join found on true`,
  )}
  select (
    select jsonb_build_object(
      'status', coalesce(transitioned.status, found.status),
      'isDeleted', found.deleted_at is not null or exists (select from deleted),
      'uploadId', case when transitioned.photo_id is not null then found.upload_id end)
    from found left join transitioned using (photo_id)
  ) as result`,
)
