import * as z from "zod"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { JobId, UserId } from "../../../domain/ids.ts"
import { storedUploadJobSummary } from "./schema.ts"

export type JobsPage = { userId: UserId; before: JobId | null; offset: number; limit: number }

/**
 * A page of the user's jobs, the newest first, and a tag that changes with any of them. The arguments stand in the
 * text as constants, so that the planner sees how few rows are wanted.
 */
export const selectUploadJobs = statementOf<JobsPage>()(
  z.object({ tag: z.string(), jobs: z.array(storedUploadJobSummary) }),
  `
  with ${inputOfActingUser},
  page as (
    select * from upload_jobs
    where (select doc is not null from input) and user_id = $1::jsonb->>'userId'
      and job_id < coalesce($1::jsonb->>'before', '~')
    order by job_id desc offset ($1::jsonb->>'offset')::int limit ($1::jsonb->>'limit')::int
  )
  select jsonb_build_object(
    'tag', md5(coalesce(string_agg(job_id || ':' || version, ',' order by job_id desc), '')),
    'jobs', coalesce(jsonb_agg(jsonb_build_object(
      'jobId', job_id, 'status', status, 'totalCount', total_count, 'completedCount', completed_count,
      'failedCount', failed_count, 'cancelledCount', cancelled_count, 'createdAt', created_at,
      'updatedAt', updated_at, 'completedAt', completed_at) order by job_id desc), '[]')) as result
  from page`,
)
