import { z } from "zod"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { auditOf } from "../../../db/status-sql.ts"
import { isPhotoId, type JobId, type UserId } from "../../../domain/ids.ts"
import { jobStatuses } from "../../../domain/job-status.ts"
import { photoTypes } from "../../../domain/photo-type.ts"

/** The photos of a job that wait for their bytes, in the order in which they were announced. */
export const selectWaitingUploads = statementOf<{ jobId: JobId; userId: UserId }>()(
  z
    .object({
      status: z.enum(jobStatuses),
      photos: z.array(
        z.object({
          photoId: z.string().refine(isPhotoId),
          type: z.enum(photoTypes),
          bytes: z.number().int(),
          sha256: z.string().nullable(),
          partSize: z.number().int().nullable(),
          uploadId: z.string().nullable(),
          s3Key: z.string(),
        }),
      ),
    })
    .nullable(),
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
      select coalesce(jsonb_agg(jsonb_build_object(
        'photoId', p.photo_id, 'type', p.mime_type, 'bytes', p.bytes, 'sha256', p.expected_sha256,
        'partSize', p.part_size, 'uploadId', p.upload_id, 's3Key', p.s3_key) order by p.photo_id), '[]')
      from photos p where p.job_id = known.job_id and p.status in ('QUEUED', 'UPLOADING')))
    from known
  ) as result`,
)
