import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { transitionEffects, transitionedColumns } from "../../../db/transition-effects.ts"
import { mayBecome } from "../../../db/transition-guard.ts"
import { isPhotoId, type JobId, type PhotoId, type UserId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { needsMessage } from "../../clients/processing-messages.ts"

export type JobFinalization = {
  jobId: JobId
  userId: UserId
  /** Null: every photo that is not uploaded yet or has no worker yet. */
  photoIds: readonly PhotoId[] | null
  /** The objects that S3 has in the job's key range. */
  objects: readonly { photoId: PhotoId; etag: string }[]
}

/**
 * Sets photos of a job whose objects are in S3 to PROCESSING, without a lease, and returns the outcome for each
 * requested photo. `isMessageDue`: the caller has to send the processor a message.
 */
export const finalizePhotosOfJob = statementOf<JobFinalization>()(
  rowOrNotFound(
    z.array(
      z.object({
        photoId: z.string().refine(isPhotoId),
        outcome: z.enum(["finalized", "unchanged", "object_missing", "multipart"]),
        status: z.enum(photoStatuses),
        isMessageDue: z.boolean(),
      }),
    ),
  ),
  `
  with ${inputOfActingUser},
  known as (
    select j.job_id from input join upload_jobs j on j.job_id = doc->>'jobId' and j.user_id = doc->>'userId'
  ),
  object as (
    select o."photoId" as photo_id, o.etag
    from input, jsonb_to_recordset(doc->'objects') as o ("photoId" text, etag text)
  ),
  requested as (
    select p.photo_id, p.status, p.part_size from input, known join photos p using (job_id)
    where p.deleted_at is null and case when jsonb_typeof(doc->'photoIds') = 'array'
      then p.photo_id in (select jsonb_array_elements_text(doc->'photoIds'))
      else ${mayBecome("PROCESSING", "p.status")} or ${needsMessage("p")} end
  ),
  -- Locked in the order of their ids, as in every statement that changes several photos. This also makes a
  -- concurrent claim and finalize run one after the other.
  locked as (
    select p.photo_id, p.status, object.etag from requested join object using (photo_id) join photos p using (photo_id)
    order by p.photo_id for update of p
  ),
  transitioned as (
    update photos p set status = 'PROCESSING', etag = locked.etag, enqueued_at = now(), updated_at = now()
    from locked where p.photo_id = locked.photo_id and ${mayBecome("PROCESSING", "p.status")}
    returning ${transitionedColumns}
  ),
  ${transitionEffects},
  resent as (
    update photos p set enqueued_at = now() from locked
    where p.photo_id = locked.photo_id and ${needsMessage("p")}
    returning p.photo_id
  ),
  ${auditOf(
    "finalize-upload-job",
    `select doc->>'userId' as user_id, doc->>'jobId' as job_id, null::text as photo_id,
       case when known.job_id is null then 'not_found' when exists (select from transitioned) then 'finalized'
         else 'unchanged' end as outcome
     from input left join known on true`,
  )}
  select (
    select (
      select coalesce(jsonb_agg(jsonb_build_object(
          'photoId', requested.photo_id,
          'outcome', case when transitioned.photo_id is not null then 'finalized'
            when not (${mayBecome("PROCESSING", "coalesce(locked.status, requested.status)")}) then 'unchanged'
            when requested.part_size is not null then 'multipart' else 'object_missing' end,
          'status', coalesce(transitioned.status, locked.status, requested.status),
          'isMessageDue', transitioned.photo_id is not null or resent.photo_id is not null
        ) order by requested.photo_id), '[]')
      from requested left join locked using (photo_id) left join transitioned using (photo_id) left join resent using (photo_id))
    from known
  ) as result`,
)
