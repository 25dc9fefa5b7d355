import * as z from "zod"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { JobId, UserId } from "../../../domain/ids.ts"
import { isTerminalJob, jobStatuses } from "../../../domain/job-status.ts"
import { storedReceipt } from "./schema.ts"

const terminalStatuses = jobStatuses
  .filter(isTerminalJob)
  .map((status) => `'${status}'`)
  .join(", ")

const isStoredSql = (photo: string) => `${photo}.status = 'COMPLETED' and ${photo}.deleted_at is null`

/** Reads a job of the user with all its photos, deleted ones included. The receipt is null until the job is terminal. */
export const selectReceipt = statementOf<{ jobId: JobId; userId: UserId }>()(
  rowOrNotFound(z.object({ receipt: storedReceipt.nullable() })),
  `
  with ${inputOfActingUser}
  select (
    select json_build_object('receipt', case when j.status in (${terminalStatuses}) then json_build_object(
      'jobId', j.job_id, 'jobStatus', j.status, 'createdAt', j.created_at, 'completedAt', j.completed_at,
      'items', (
        select coalesce(json_agg(item), '[]') from (
          select p.photo_id as "photoId", p.filename, p.path, coalesce(p.checksum, p.expected_sha256) as sha256, p.bytes,
            p.status as outcome, p.duplicate_of as "duplicateOf",
            case when p.status = 'DUPLICATE'
              then p.deleted_at is null and exists (
                select from photos original where original.photo_id = p.duplicate_of and ${isStoredSql("original")})
              else ${isStoredSql("p")} end as "isStored",
            p.failure_reason as "failureReason", p.failure_detail as "failureDetail",
            p.created_at as "createdAt", p.completed_at as "completedAt", p.deleted_at as "deletedAt"
          from photos p where p.job_id = j.job_id order by p.photo_id) as item)) end)
    from input join upload_jobs j on j.job_id = doc->>'jobId' and j.user_id = doc->>'userId'
  ) as result`,
)
