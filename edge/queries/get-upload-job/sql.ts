import * as z from "zod"
import { sentBytesOf } from "../../../db/photo-sql.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { JobId, UserId } from "../../../domain/ids.ts"
import { storedUploadJob } from "./schema.ts"

/** A job of the user with its photos in the order in which they were announced, and its version; or null. */
export const selectUploadJob = statementOf<{ jobId: JobId; userId: UserId }>()(
  storedUploadJob.extend({ version: z.number().int() }).nullable(),
  `
  with ${inputOfActingUser}
  select (
    select jsonb_build_object(
      'jobId', j.job_id, 'status', j.status, 'version', j.version,
      'totalCount', j.total_count, 'completedCount', j.completed_count,
      'failedCount', j.failed_count, 'cancelledCount', j.cancelled_count,
      'createdAt', j.created_at, 'updatedAt', j.updated_at, 'completedAt', j.completed_at,
      'deleted', (
        select jsonb_build_object('bytes', coalesce(sum(bytes), 0), 'bytesSent',
          coalesce(sum(${sentBytesOf("p")}), 0))
        from photos p where p.job_id = j.job_id and p.deleted_at is not null),
      'items', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'photoId', p.photo_id, 'filename', p.filename, 'status', p.status, 'bytes', p.bytes,
          'bytesSent', ${sentBytesOf("p")},
          'failureReason', p.failure_reason, 'failureDetail', p.failure_detail) order by p.photo_id), '[]')
        from photos p where p.job_id = j.job_id and p.deleted_at is null))
    from input join upload_jobs j on j.job_id = doc->>'jobId' and j.user_id = doc->>'userId'
  ) as result`,
)
