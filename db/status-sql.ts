import { eventOfEntering } from "../domain/events.ts"
import { type PhotoStatus, photoStatuses, sourcesOf } from "../domain/photo-status.ts"

/** The guard of an UPDATE that brings a photo to `to`: true only where the state machine allows it. */
export const mayBecome = (to: PhotoStatus, column = "status"): string =>
  `${column} = any (array[${sourcesOf(to)
    .map((status) => `'${status}'`)
    .join(", ")}])`

/**
 * The CTEs `job` and `events`, to follow a CTE `moved` (photo_id, job_id, user_id, status, failure_reason) that
 * holds photos as they are after a guarded transition: the job's counters, status and version and the events of
 * photo and job become true in the same statement. Rows are locked photo first, then job.
 */
export const jobAndEventsFollowMoved = `
  tally as (
    select job_id,
      count(*) filter (where status = 'COMPLETED') as completed,
      count(*) filter (where status = 'FAILED') as failed,
      count(*) filter (where status = 'CANCELLED') as cancelled
    from moved group by job_id
  ),
  job as (
    update upload_jobs as j set
      completed_count = j.completed_count + tally.completed,
      failed_count = j.failed_count + tally.failed,
      cancelled_count = j.cancelled_count + tally.cancelled,
      status = ${jobStatusSql()},
      completed_at = case when ${isSettledSql()} then now() end,
      updated_at = now(),
      version = j.version + 1
    from tally where j.job_id = tally.job_id
    returning j.job_id, j.user_id, j.status, j.total_count, j.completed_count, j.failed_count, j.cancelled_count,
      j.completed_at is not null as is_settled
  ),
  events as (
    insert into outbox_events (type, user_id, job_id, photo_id, data)
    select ${eventTypeSql()}, user_id, job_id, photo_id,
      jsonb_strip_nulls(jsonb_build_object('status', status, 'failureReason', failure_reason))
    from moved
    union all
    select 'UploadJobCompleted', user_id, job_id, null,
      jsonb_build_object('status', status, 'totalCount', total_count, 'completedCount', completed_count,
        'failedCount', failed_count, 'cancelledCount', cancelled_count)
    from job where is_settled
  )`

function isSettledSql(): string {
  return `j.total_count = j.completed_count + tally.completed + j.failed_count + tally.failed
        + j.cancelled_count + tally.cancelled`
}

// The domain's jobStatusOf, in SQL; db/status-sql.test.ts holds the two against each other.
function jobStatusSql(): string {
  return `case
        when not (${isSettledSql()}) then 'IN_PROGRESS'
        when j.failed_count + tally.failed = j.total_count then 'FAILED'
        when j.cancelled_count + tally.cancelled = j.total_count then 'CANCELLED'
        when j.failed_count + tally.failed > 0 then 'COMPLETED_WITH_ERRORS'
        else 'COMPLETED' end`
}

function eventTypeSql(): string {
  const arms = photoStatuses.map((status) => `when '${status}' then '${eventOfEntering[status]}'`)
  return `case status ${arms.join(" ")} end`
}
