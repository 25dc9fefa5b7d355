import * as z from "zod"
import { reopenEffects, reopenedColumns } from "../../db/reopen-effects.ts"
import { statementOf } from "../../db/statement.ts"
import { mayBecome } from "../../db/transition-guard.ts"

/** Selects the FAILED photos to reopen. */
export type Selection = {
  photoId: string | null
  jobId: string | null
  scope: "dead-lettered" | "failed" | null
}

/** A page of a selection: photos after `after`, ordered by id. */
export type SelectionPage = Selection & { after: string | null; limit: number }

const reopened = z.object({
  photos: z.array(
    z.object({ photoId: z.string(), key: z.string(), etag: z.string(), bytes: z.number().int() }),
  ),
  jobs: z.array(z.string()),
})

export type ReopenedPage = z.infer<typeof reopened>

/**
 * Changes FAILED photos back to PROCESSING, and returns them ordered by id. A finished job is reopened with a separate
 * event and finishes again. Photos that were never uploaded stay FAILED.
 */
export const reopenPhotos = statementOf<SelectionPage>()(
  reopened,
  `
  with chosen as (
    select p.photo_id from photos p
    where p.status = 'FAILED' and p.etag is not null and p.deleted_at is null
      and p.photo_id > coalesce($1::jsonb->>'after', '')
      and (p.photo_id = $1::jsonb->>'photoId' or p.job_id = $1::jsonb->>'jobId' or $1::jsonb->>'scope' = 'failed'
        or $1::jsonb->>'scope' = 'dead-lettered' and p.dead_lettered_at is not null)
    order by p.photo_id limit ($1::jsonb->>'limit')::int for update of p
  ),
  transitioned as (
    update photos p set status = 'PROCESSING', failure_reason = null, failure_detail = null, completed_at = null,
      dead_lettered_at = null, reopened_at = now(), lease_expires_at = null, last_swept_at = null, updated_at = now()
    from chosen where p.photo_id = chosen.photo_id and ${mayBecome("PROCESSING", "p.status", "recovery")}
    returning ${reopenedColumns}
  ),
  ${reopenEffects}
  select jsonb_build_object(
    'photos', (
      select coalesce(jsonb_agg(
        jsonb_build_object('photoId', photo_id, 'key', s3_key, 'etag', etag, 'bytes', bytes) order by photo_id), '[]')
      from transitioned),
    'jobs', (select coalesce(jsonb_agg(job_id), '[]') from job where has_ended)) as result`,
)

/** The status of the system for operators. Slow on a large database, because it counts all photos. */
export const selectSystemStatus = statementOf<object>()(
  z.record(z.string(), z.unknown()),
  `
  select jsonb_build_object(
    'photos', (
      select coalesce(jsonb_object_agg(status, count), '{}')
      from (select status, count(*) from photos where deleted_at is null group by status) as by_status),
    'deadLettered', (select count(*) from photos where dead_lettered_at is not null),
    'sinks', (
      select coalesce(jsonb_object_agg(s.sink, jsonb_build_object(
        'eventsWaiting', new.count + undelivered.waiting,
        'eventsFailing', undelivered.failing,
        'eventsParked', undelivered.parked,
        'oldestWaitingSeconds', extract(epoch from now() - least(new.oldest, undelivered.oldest))::int,
        'isRetired', s.retired_at is not null)), '{}')
      from outbox_sinks s
      cross join lateral (
        -- Two queries, because each has an index. A single query with "or" would read the whole table.
        select count(*) as count, min(occurred_at) as oldest from (
          select occurred_at from outbox_events where relay_position > s.position
          union all
          select occurred_at from outbox_events where relay_position is null) as unread) as new
      cross join lateral (
        select count(*) filter (where parked_at is null) as waiting,
          count(*) filter (where parked_at is null and attempts > 0) as failing,
          count(*) filter (where parked_at is not null) as parked,
          min(occurred_at) filter (where parked_at is null) as oldest
        from undelivered_events join outbox_events using (sequence) where sink = s.sink) as undelivered),
    'bucket', (
      select jsonb_build_object('deploymentId', deployment_id,
        'deletionsBlockedReason', deletions_blocked_reason, 'deletionsBlockedAt', deletions_blocked_at,
        'listedAt', listed_at, 'objectsListed', objects_listed, 'orphansHeld', orphans_held,
        'orphansConfirmed', orphans_confirmed)
      from deployment)) as result`,
)

/** Makes every sink attempt its parked events again. */
export const unparkEvents = statementOf<object>()(
  z.object({ unparked: z.number().int() }),
  `
  with unparked as (
    update undelivered_events set parked_at = null, attempts = 0, next_attempt_at = null, postponed_at = now()
    where parked_at is not null returning 1
  )
  select jsonb_build_object('unparked', (select count(*) from unparked)) as result`,
)
