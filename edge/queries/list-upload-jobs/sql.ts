import * as z from "zod"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { JobId, UserId } from "../../../domain/ids.ts"
import { storedUploadJobSummary } from "./schema.ts"

export type JobsPage = {
  userId: UserId
  before: JobId | null
  offset: number
  limit: number
  /** ETags of the responses that the caller already has. */
  knownTags: readonly string[]
}

/**
 * Reads a page of the user's jobs, newest first, and a tag that changes with any of them. If the caller sends the
 * current tag, only the versions are read. The arguments are constants in the text, so that the planner knows the
 * number of rows.
 */
export const selectUploadJobs = statementOf<JobsPage>()(
  z.object({
    tag: z.string(),
    /** Null: the caller already has this page. */
    jobs: z.array(storedUploadJobSummary).nullable(),
  }),
  `
  with ${inputOfActingUser},
  page as materialized (
    select * from upload_jobs
    where (select doc is not null from input) and user_id = $1::jsonb->>'userId'
      and job_id < coalesce($1::jsonb->>'before', '~')
    order by job_id desc offset ($1::jsonb->>'offset')::int limit ($1::jsonb->>'limit')::int
  ),
  versions as (
    select md5(coalesce(string_agg(job_id || ':' || version, ',' order by job_id desc), '')) as tag from page
  )
  select jsonb_build_object('tag', tag, 'jobs', case when not (doc->'knownTags' ? tag) then (
    select coalesce(jsonb_agg(jsonb_build_object(
      'jobId', job_id, 'status', status, 'totalCount', total_count, 'completedCount', completed_count,
      'failedCount', failed_count, 'cancelledCount', cancelled_count, 'duplicateCount', duplicate_count, 'createdAt', created_at,
      'updatedAt', updated_at, 'completedAt', completed_at) order by job_id desc), '[]') from page) end) as result
  from input, versions`,
)
