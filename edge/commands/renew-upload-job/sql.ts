import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { mayBecome } from "../../../db/transition-guard.ts"
import type { JobId, UserId } from "../../../domain/ids.ts"
import { jobStatuses } from "../../../domain/job-status.ts"
import { photoUpload, photoUploadJson } from "../../clients/object-store/photo-upload.ts"

/** Reads the photos of a job that are not uploaded yet, in the order of the files. */
export const selectPendingUploads = statementOf<{ jobId: JobId; userId: UserId }>()(
  rowOrNotFound(z.object({ status: z.enum(jobStatuses), photos: z.array(photoUpload) })),
  `
  with ${inputOfActingUser},
  known as (
    select j.* from input join upload_jobs j on j.job_id = doc->>'jobId' and j.user_id = doc->>'userId'
  ),
  ${auditOf(
    "renew-upload-job",
    `select doc->>'userId' as user_id, doc->>'jobId' as job_id, null::text as photo_id,
       coalesce(known.status, 'not_found') as outcome from input left join known on true`,
  )}
  select (
    select jsonb_build_object('status', known.status, 'photos', (
      select coalesce(jsonb_agg(${photoUploadJson} order by p.photo_id), '[]')
      from photos p where p.job_id = known.job_id and ${mayBecome("PROCESSING", "p.status")}))
    from known
  ) as result`,
)
