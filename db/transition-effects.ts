import { eventOfEntering } from "../domain/events.ts"
import { photoStatuses, sourcesOf } from "../domain/photo-status.ts"
import { sentBytesOf } from "./photo-sql.ts"

/** The columns of the CTE `transitioned` for photos after a guarded transition. `p` is the alias of `photos`. */
export const transitionedColumns = transitionedColumnsOf("p")

/** As `transitionedColumns`, when the photo may have been a DUPLICATE before: `before` has its old `duplicate_of`. */
export function transitionedColumnsOf(before: string): string {
  return `p.photo_id, p.job_id, p.user_id, p.status, p.failure_reason, p.failure_detail, p.bytes, p.bytes_sent, p.etag,
    ${before}.duplicate_of`
}

const duplicatesSql = "tally.duplicates_found - tally.duplicates_lost"

/**
 * The effects of a lifecycle transition, in the same statement: the job's counters, status and version, the events of
 * photo and job, the photo's timeline, the quota that failed and cancelled photos release, and the duplicates that wait
 * for their upload again because the photo that they repeat is lost (decision 27). Rows are locked in the order photo,
 * job, user.
 *
 * Requires: the CTE `transitioned` with `transitionedColumns`: photos that have just entered their status, see
 * `mayBecome`.
 * Provides: the CTEs `requeued`, `tally`, `job`, `events`, `timeline`, `quota`.
 */
export const transitionEffects = effectsOfChanges("select job_id, status, duplicate_of from transitioned")

/**
 * Like `transitionEffects`, and also increments the version of the jobs in the CTE `touched`: jobs whose snapshot
 * changed although no photo changed its status.
 *
 * Requires: the CTEs `transitioned` with `transitionedColumns`, and `touched` (job_id).
 * Provides: the CTEs `requeued`, `tally`, `job`, `events`, `timeline`, `quota`.
 */
export const transitionAndTouchEffects = effectsOfChanges(
  "select job_id, status, duplicate_of from transitioned union all select job_id, null, null from touched",
)

/**
 * Like `transitionAndTouchEffects`, and also the effects of a deletion: its event, timeline entry and quota. One update
 * releases the quota of cancelled and deleted photos, because a statement can change a row only once.
 *
 * Requires: the CTEs `transitioned` and `deleted` with `transitionedColumns`, and `touched` with the jobs of `deleted`.
 * Provides: the CTEs of `transitionAndTouchEffects`, `deletions` and `deletion_entries`.
 */
export const transitionAndDeletionEffects = `${effectsOfChanges(
  "select job_id, status, duplicate_of from transitioned union all select job_id, null, null from touched",
  // Before duplicates are queued again: one that is deleted with its original is not.
  "and (select count(*) from deleted) >= 0",
  `
        union all
        select deleted.user_id, deleted.bytes, 1 from deleted join job using (job_id)
        where deleted.status = 'COMPLETED' or deleted.etag is not null`,
)},
  deletions as (
    insert into outbox_events (type, user_id, job_id, photo_id, data)
    select 'PhotoDeleted', deleted.user_id, job_id, photo_id, jsonb_build_object('status', deleted.status)
    from deleted join job using (job_id)
  ),
  deletion_entries as (
    insert into photo_timeline (photo_id, kind) select photo_id, 'DELETED' from deleted
  )`

function effectsOfChanges(changes: string, beforeRequeue = "", alsoReleased = ""): string {
  return `
  -- A function, because it must see the duplicates that were found while this statement waited for a lock. The array is
  -- complete only when all of transitioned is written.
  requeued as (
    select r.photo_id, r.job_id, r.user_id, r.bytes, r.bytes_sent
    from (
        select array_agg(photo_id) as photo_ids from transitioned
        where status in ('FAILED', 'CANCELLED') ${beforeRequeue}) as lost,
      lateral requeue_duplicates(lost.photo_ids, array[${sourcesSql()}]) as r
    where lost.photo_ids is not null
  ),
  tally as (
    select job_id, count(status) as transitioned,
      count(*) filter (where status = 'COMPLETED') as completed,
      count(*) filter (where status = 'FAILED') as failed,
      count(*) filter (where status = 'CANCELLED') as cancelled,
      count(*) filter (where status = 'DUPLICATE') as duplicates_found,
      count(*) filter (where status = 'QUEUED' or status = 'CANCELLED' and duplicate_of is not null) as duplicates_lost
    from (${changes} union all select job_id, 'QUEUED', null from requeued) as change group by job_id
  ),
  job as (
    update upload_jobs as j set
      completed_count = j.completed_count + tally.completed,
      failed_count = j.failed_count + tally.failed,
      cancelled_count = j.cancelled_count + tally.cancelled,
      -- PostgreSQL checks constraints on the values of its snapshot before it waits for the row and computes them again.
      -- In the snapshot a duplicate that was found meanwhile is not counted yet.
      duplicate_count = greatest(j.duplicate_count + ${duplicatesSql}, 0),
      status = ${jobStatusSql()},
      completed_at = case when ${isSettledSql()} then coalesce(j.completed_at, now()) end,
      updated_at = now(),
      version = j.version + 1
    from tally where j.job_id = tally.job_id
    returning j.job_id, j.user_id, j.status, j.total_count, j.completed_count, j.failed_count, j.cancelled_count,
      j.duplicate_count, j.completed_at is not null
        and tally.completed + tally.failed + tally.cancelled + tally.duplicates_found > 0 as has_ended
  ),
  events as (
    insert into outbox_events (type, user_id, job_id, photo_id, data)
    -- The join with the locked job numbers the events of a job in the order of commits.
    select ${eventTypeSql("transitioned.status")}, transitioned.user_id, job_id, photo_id, jsonb_strip_nulls(jsonb_build_object(
        'status', transitioned.status, 'failureReason', failure_reason, 'bytes', bytes,
        'bytesSent', ${sentBytesOf("transitioned")},
        'duplicateOf', case when transitioned.status = 'DUPLICATE' then duplicate_of end))
    from transitioned join job using (job_id)
    union all
    select 'PhotoRequeued', requeued.user_id, job_id, photo_id,
      jsonb_build_object('status', 'QUEUED', 'bytes', bytes, 'bytesSent', bytes_sent)
    from requeued join job using (job_id)
    union all
    select 'UploadJobCompleted', user_id, job_id, null,
      jsonb_build_object('status', status, 'totalCount', total_count, 'completedCount', completed_count,
        'failedCount', failed_count, 'cancelledCount', cancelled_count, 'duplicateCount', duplicate_count)
    from job where has_ended
  ),
  timeline as (
    insert into photo_timeline (photo_id, kind, data)
    select photo_id, status,
      jsonb_strip_nulls(jsonb_build_object('reason', failure_reason, 'detail', failure_detail))
    from transitioned
    union all
    select photo_id, 'REQUEUED', '{}' from requeued
  ),
  quota as (
    update users as u set used_bytes = u.used_bytes - released.bytes, used_photos = u.used_photos - released.photos
    from (
      select user_id, sum(bytes) as bytes, sum(photos) as photos
      from (
        select transitioned.user_id, transitioned.bytes, 1 as photos from transitioned join job using (job_id)
        -- A failed photo whose bytes are stored uses quota until it is deleted, because it can be processed again. A
        -- duplicate uses none.
        where transitioned.status = 'DUPLICATE'
          or transitioned.status = 'CANCELLED' and transitioned.duplicate_of is null
          or transitioned.status = 'FAILED' and transitioned.etag is null
        union all
        select requeued.user_id, -requeued.bytes, -1 from requeued join job using (job_id)${alsoReleased}
      ) as change
      group by user_id
    ) as released
    where u.user_id = released.user_id
  )`
}

function isSettledSql(): string {
  return `j.total_count = j.completed_count + tally.completed + j.failed_count + tally.failed
        + j.cancelled_count + tally.cancelled + j.duplicate_count + ${duplicatesSql}`
}

// `jobStatusOf` of the domain in SQL. Property tests compare the two.
function jobStatusSql(): string {
  return `case
        when tally.transitioned = 0 then j.status
        when not (${isSettledSql()}) then 'IN_PROGRESS'
        when j.failed_count + tally.failed = j.total_count then 'FAILED'
        when j.cancelled_count + tally.cancelled = j.total_count then 'CANCELLED'
        when j.failed_count + tally.failed > 0 then 'COMPLETED_WITH_ERRORS'
        else 'COMPLETED' end`
}

function sourcesSql(): string {
  return sourcesOf("QUEUED", "originalLost")
    .map((status) => `'${status}'`)
    .join(", ")
}

function eventTypeSql(column: string): string {
  const cases = photoStatuses.map((status) => `when '${status}' then '${eventOfEntering[status]}'`)
  return `case ${column} ${cases.join(" ")} end`
}
