import { statementOf } from "../../../db/statement.ts"
import type { JobId, UserId } from "../../../domain/ids.ts"
import { isTerminalJob, jobStatuses } from "../../../domain/job-status.ts"
import { uploadJobSnapshot } from "./schema.ts"

const terminal = jobStatuses.filter(isTerminalJob).map((status) => `'${status}'`)

/** A job of the user with its photos in the order in which they were announced, or null. */
export const selectUploadJob = statementOf<{ jobId: JobId; userId: UserId }>()(
  uploadJobSnapshot.nullable(),
  `
  with input as (select $1::jsonb as doc)
  select (
    select jsonb_build_object(
      'jobId', j.job_id, 'status', j.status, 'terminal', j.status in (${terminal.join(", ")}),
      'totalCount', j.total_count, 'completedCount', j.completed_count,
      'failedCount', j.failed_count, 'cancelledCount', j.cancelled_count,
      'createdAt', j.created_at, 'updatedAt', j.updated_at, 'completedAt', j.completed_at,
      'items', (
        select jsonb_agg(jsonb_build_object(
          'photoId', p.photo_id, 'filename', p.filename, 'status', p.status,
          'failureReason', p.failure_reason, 'failureDetail', p.failure_detail) order by p.photo_id)
        from photos p where p.job_id = j.job_id))
    from input join upload_jobs j on j.job_id = doc->>'jobId' and j.user_id = doc->>'userId'
  ) as result`,
)
