import * as z from "zod"
import { sentBytesOf } from "../../db/photo-sql.ts"
import { inputOfActingUser, statementOf } from "../../db/statement.ts"
import { transitionAndTouchEffects, transitionedColumns } from "../../db/transition-effects.ts"
import { mayBecome } from "../../db/transition-guard.ts"
import { failureReasons } from "../../domain/failure-reason.ts"
import { isPhotoId, type JobId, type UserId } from "../../domain/ids.ts"
import { photoStatuses } from "../../domain/photo-status.ts"
import type { ProgressTick } from "../clients/user-channel.ts"

/**
 * Writes the upload progress of a user. The first report sets a photo to UPLOADING; later ones can only increase its
 * bytes sent. Photos of other users, and photos whose upload is complete, are not changed.
 */
export const saveProgress = statementOf<{ userId: UserId; ticks: readonly ProgressTick[] }>()(
  z.object({ saved: z.number().int() }),
  `
  with ${inputOfActingUser},
  tick as (
    select t."photoId" as photo_id, max(t."bytesSent") as bytes_sent
    from input, jsonb_to_recordset(doc->'ticks') as t ("photoId" text, "bytesSent" bigint) group by 1
  ),
  -- Locked in the order of their ids, as in every statement that locks several photos, so that no deadlock occurs.
  locked as (
    select p.photo_id, least(tick.bytes_sent, p.bytes) as bytes_sent
    from input, tick join photos p using (photo_id)
    where p.user_id = doc->>'userId' and ${mayBecome("PROCESSING", "p.status")}
    order by p.photo_id for update of p
  ),
  transitioned as (
    update photos p set status = 'UPLOADING', bytes_sent = greatest(p.bytes_sent, locked.bytes_sent),
      updated_at = now()
    from locked where p.photo_id = locked.photo_id and ${mayBecome("UPLOADING", "p.status")}
    returning ${transitionedColumns}
  ),
  touched as (
    update photos p set bytes_sent = locked.bytes_sent, updated_at = now()
    from locked
    where p.photo_id = locked.photo_id and p.status = 'UPLOADING' and p.bytes_sent < locked.bytes_sent
    returning p.job_id
  ),
  ${transitionAndTouchEffects}
  select jsonb_build_object(
    'saved', (select count(*) from transitioned) + (select count(*) from touched)) as result`,
)

/**
 * Reads the photos of a job for its board. Null: the user has no such job. Also works for a disabled user: the relay
 * still delivers the events of their photos, and an error would block the events after them.
 */
export const selectJobPhotos = statementOf<{ userId: UserId; jobId: JobId }>()(
  z
    .array(
      z.object({
        photoId: z.string().refine(isPhotoId),
        status: z.enum(photoStatuses),
        bytes: z.number().int(),
        bytesSent: z.number().int(),
        failureReason: z.enum(failureReasons).nullable(),
      }),
    )
    .nullable(),
  `
  with input as (select $1::jsonb as doc)
  select (
    select jsonb_agg(jsonb_build_object('photoId', p.photo_id, 'status', p.status, 'bytes', p.bytes,
      'bytesSent', ${sentBytesOf("p")}, 'failureReason', p.failure_reason) order by p.photo_id)
    from input join upload_jobs j on j.job_id = doc->>'jobId' and j.user_id = doc->>'userId'
    join photos p using (job_id)
  ) as result`,
)

/** Throws InactiveUser for a user who is deleted or disabled. */
export const assertActing = statementOf<{ userId: UserId }>()(
  z.object({ userId: z.string() }),
  `with ${inputOfActingUser} select doc as result from input`,
)
