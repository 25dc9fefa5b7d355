import { z } from "zod"
import { statementOf } from "../../db/statement.ts"

/** Which FAILED photos are to be taken up again. */
export type Selection = {
  photoId: string | null
  jobId: string | null
  scope: "dead-lettered" | "failed" | null
}

const reopened = z.object({
  photos: z.array(
    z.object({ photoId: z.string(), key: z.string(), etag: z.string(), bytes: z.number().int() }),
  ),
  jobs: z.array(z.string()),
})

/**
 * Takes up photos that had failed: an operator's word is the one way out of FAILED. A job that had ended is opened
 * again, with its own event, and will end again. Photos whose bytes never came stay as they are.
 */
export const reopenPhotos = statementOf<Selection>()(
  reopened,
  `
  with input as (select $1::jsonb as doc),
  chosen as (
    select p.photo_id, p.dead_lettered_at from input join photos p on
      p.photo_id = doc->>'photoId' or p.job_id = doc->>'jobId' or doc->>'scope' = 'failed'
      or doc->>'scope' = 'dead-lettered' and p.dead_lettered_at is not null
    where p.status = 'FAILED' and p.etag is not null and p.deleted_at is null
    order by p.photo_id limit 1000 for update of p
  ),
  moved as (
    update photos p set status = 'PROCESSING', failure_reason = null, failure_detail = null, completed_at = null,
      dead_lettered_at = null, reopened_at = now(), lease_expires_at = null, last_swept_at = null, updated_at = now()
    from chosen where p.photo_id = chosen.photo_id and p.status = 'FAILED'
    returning p.photo_id, p.job_id, p.user_id, p.status, p.bytes, p.s3_key, p.etag
  ),
  tally as (select job_id, count(*) as reopened from moved group by job_id),
  ended as (
    select j.job_id from tally join upload_jobs j using (job_id) where j.completed_at is not null
  ),
  job as (
    update upload_jobs j set failed_count = j.failed_count - tally.reopened, status = 'IN_PROGRESS',
      completed_at = null, updated_at = now(), version = j.version + 1
    from tally where j.job_id = tally.job_id
    returning j.job_id, j.user_id, j.total_count, j.completed_count, j.failed_count, j.cancelled_count
  ),
  events as (
    insert into outbox_events (type, user_id, job_id, photo_id, data)
    select 'UploadJobReopened', job.user_id, job_id, null, jsonb_build_object('status', 'IN_PROGRESS',
      'totalCount', total_count, 'completedCount', completed_count, 'failedCount', failed_count,
      'cancelledCount', cancelled_count)
    from job join ended using (job_id)
    union all
    select 'PhotoReprocessing', moved.user_id, job_id, photo_id,
      jsonb_build_object('status', moved.status, 'bytes', bytes, 'bytesSent', bytes)
    from moved join job using (job_id)
  ),
  timeline as (
    insert into photo_timeline (photo_id, kind) select photo_id, 'REPROCESSING' from moved
  )
  select jsonb_build_object(
    'photos', (
      select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id, 'key', s3_key, 'etag', etag, 'bytes', bytes)), '[]')
      from moved),
    'jobs', (select coalesce(jsonb_agg(job_id), '[]') from ended)) as result`,
)

/** How the system stands, in numbers an operator asks for first. */
export const selectStanding = statementOf<object>()(
  z.record(z.string(), z.unknown()),
  `
  select jsonb_build_object(
    'photos', (
      select coalesce(jsonb_object_agg(status, count), '{}')
      from (select status, count(*) from photos where deleted_at is null group by status) as by_status),
    'deadLettered', (select count(*) from photos where dead_lettered_at is not null),
    'eventsWaiting', (select count(*) from outbox_events where published_at is null and parked_at is null),
    'eventsParked', (select count(*) from outbox_events where parked_at is not null),
    'oldestWaitingSeconds', (
      select extract(epoch from now() - min(occurred_at))::int from outbox_events
      where published_at is null and parked_at is null)) as result`,
)

/** Lets parked events be tried again, from the start of their backoff. */
export const unparkEvents = statementOf<object>()(
  z.object({ unparked: z.number().int() }),
  `
  with unparked as (
    update outbox_events set parked_at = null, attempts = 0, next_attempt_at = null
    where parked_at is not null returning 1
  )
  select jsonb_build_object('unparked', (select count(*) from unparked)) as result`,
)
