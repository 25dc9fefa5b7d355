/** The columns of the CTE `transitioned` for photos that became PROCESSING again. `p` is the alias of `photos`. */
export const reopenedColumns = "p.photo_id, p.job_id, p.user_id, p.status, p.bytes, p.s3_key, p.etag"

/**
 * The effects of FAILED → PROCESSING on the job, the outbox and the timeline, in the same statement. The quota is not
 * changed: a failed photo whose bytes are stored still counts. A statement that recovers any other photo adds it to the
 * quota itself. Rows are locked in the order photo, job, user.
 *
 * Requires: the CTE `transitioned` with `reopenedColumns`.
 * Provides: the CTEs `tally`, `job_before` (job_id, has_ended), `job`, `events`, `timeline`.
 */
export const reopenEffects = `
  tally as (select job_id, count(*) as reopened from transitioned group by job_id),
  -- Locks the job before reading it: another photo may complete the job concurrently.
  job_before as (
    select j.job_id, j.completed_at is not null as has_ended
    from tally join upload_jobs j using (job_id) order by j.job_id for update of j
  ),
  job as (
    update upload_jobs j set failed_count = j.failed_count - tally.reopened, status = 'IN_PROGRESS',
      completed_at = null, updated_at = now(), version = j.version + 1
    from tally join job_before using (job_id) where j.job_id = tally.job_id
    returning j.job_id, j.user_id, j.total_count, j.completed_count, j.failed_count, j.cancelled_count,
      j.duplicate_count, job_before.has_ended
  ),
  events as (
    insert into outbox_events (type, user_id, job_id, photo_id, data)
    select 'UploadJobReopened', user_id, job_id, null, jsonb_build_object('status', 'IN_PROGRESS',
      'totalCount', total_count, 'completedCount', completed_count, 'failedCount', failed_count,
      'cancelledCount', cancelled_count, 'duplicateCount', duplicate_count)
    from job where has_ended
    union all
    -- The join with the locked job numbers the events of a job in the order of commits.
    select 'PhotoReprocessing', transitioned.user_id, job_id, photo_id,
      jsonb_build_object('status', transitioned.status, 'bytes', bytes, 'bytesSent', bytes)
    from transitioned join job using (job_id)
  ),
  timeline as (
    insert into photo_timeline (photo_id, kind) select photo_id, 'REPROCESSING' from transitioned
  )`
