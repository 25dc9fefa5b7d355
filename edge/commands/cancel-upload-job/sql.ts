import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { transitionEffects, transitionedColumnsOf } from "../../../db/transition-effects.ts"
import { mayBecome } from "../../../db/transition-guard.ts"
import { isPhotoId, type JobId, type UserId } from "../../../domain/ids.ts"
import { jobStatuses } from "../../../domain/job-status.ts"

/**
 * Cancels every unfinished photo of a job, and the duplicates of those photos, whose bytes are then stored nowhere.
 */
export const cancelUploadJob = statementOf<{ jobId: JobId; userId: UserId }>()(
  rowOrNotFound(
    z.object({
      status: z.enum(jobStatuses),
      photos: z.array(z.object({ photoId: z.string().refine(isPhotoId), uploadId: z.string().nullable() })),
    }),
  ),
  `
  with ${inputOfActingUser},
  known as (
    select j.job_id, j.status from input
    join upload_jobs j on j.job_id = doc->>'jobId' and j.user_id = doc->>'userId'
  ),
  -- Locked in the order of their ids, as in every statement that changes several photos, so that no deadlock occurs.
  locked as (
    select p.photo_id, p.upload_id, p.status, p.duplicate_of from known join photos p using (job_id)
    where p.deleted_at is null
      and (${mayBecome("CANCELLED", "p.status")} or ${mayBecome("CANCELLED", "p.status", "originalLost")})
    order by p.photo_id for update of p
  ),
  pending as (select photo_id from locked where ${mayBecome("CANCELLED")}),
  -- Decided by the locked rows: the snapshot of the statement may be older.
  transitioned as (
    update photos p set status = 'CANCELLED', duplicate_of = null, lease_expires_at = null,
      completed_at = now(), updated_at = now()
    from locked
    where p.photo_id = locked.photo_id and (locked.photo_id in (select photo_id from pending)
      or ${mayBecome("CANCELLED", "locked.status", "originalLost")} and locked.duplicate_of in (select photo_id from pending))
    returning ${transitionedColumnsOf("locked")}
  ),
  ${transitionEffects},
  ${auditOf(
    "cancel-upload-job",
    `select doc->>'userId' as user_id, doc->>'jobId' as job_id, null::text as photo_id,
       case when known.job_id is null then 'not_found' when exists (select from transitioned) then 'cancelled'
         else 'unchanged' end as outcome
     from input left join known on true`,
  )}
  select (
    select jsonb_build_object(
      'status', coalesce((select status from job), known.status),
      'photos', (
        select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id, 'uploadId', upload_id) order by photo_id), '[]')
        from transitioned join locked using (photo_id)))
    from known
  ) as result`,
)
