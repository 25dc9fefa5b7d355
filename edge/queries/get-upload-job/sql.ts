import * as z from "zod"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { sentBytesOf } from "../../../db/photo-sql.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { JobId, UserId } from "../../../domain/ids.ts"
import { jobStatuses } from "../../../domain/job-status.ts"
import { storedUploadJob } from "./schema.ts"

const upToDateJob = z.object({
  /** Increases with every change of the job or of one of its photos. */
  version: z.number().int(),
  status: z.enum(jobStatuses),
  /** Null: the caller already has this version. */
  job: storedUploadJob.nullable(),
})

/**
 * Reads a job of the user with its photos in the order of its files. If the caller already has the job's
 * current version, only the row of the job is read. One scan of the photos, `json` instead of `jsonb`, and rows instead
 * of built objects: planning is half the time of a poll and grows with each sub-select.
 */
export const selectUploadJob = statementOf<{ jobId: JobId; userId: UserId; knownTags: readonly string[] }>()(
  rowOrNotFound(upToDateJob),
  `
  with ${inputOfActingUser}
  select (
    select json_build_object('version', j.version, 'status', j.status,
      'job', case when not (doc->'knownTags' ? j.version::text) then (
        select json_build_object(
          'jobId', j.job_id, 'status', j.status,
          'totalCount', j.total_count, 'completedCount', j.completed_count,
          'failedCount', j.failed_count, 'cancelledCount', j.cancelled_count,
          'duplicateCount', j.duplicate_count,
          'createdAt', j.created_at, 'updatedAt', j.updated_at, 'completedAt', j.completed_at,
          'photos', coalesce(json_agg(photo), '[]'))
        from (
          select p.photo_id as "photoId", p.filename, p.path, p.status, p.bytes, ${sentBytesOf("p")} as "bytesSent",
            p.failure_reason as "failureReason", p.failure_detail as "failureDetail",
            p.duplicate_of as "duplicateOf", p.deleted_at is not null as "isDeleted"
          from photos p where p.job_id = j.job_id order by p.photo_id) as photo
      ) end)
    from input join upload_jobs j on j.job_id = doc->>'jobId' and j.user_id = doc->>'userId'
  ) as result`,
)
