import { z } from "zod"
import { statementOf } from "../../../db/statement.ts"
import type { ExpectedPhoto, PlannedUploadJob } from "../../../domain/upload-job.ts"

export type NewUploadJob = Omit<PlannedUploadJob, "photos"> & {
  traceparent: string
  photos: readonly (ExpectedPhoto & { s3Key: string })[]
}

/** Writes a job, its photos and their events, unless the user is gone. */
export const insertUploadJob = statementOf<NewUploadJob>()(
  z.object({ isWritten: z.boolean() }),
  `
  with input as (select $1::jsonb as doc),
  job as (
    insert into upload_jobs (job_id, user_id, total_count)
    select doc->>'jobId', user_id, jsonb_array_length(doc->'photos')
    from input join users on user_id = doc->>'userId' and status = 'ACTIVE'
    returning job_id, user_id, total_count
  ),
  photo as (
    insert into photos (photo_id, job_id, user_id, filename, mime_type, bytes, expected_sha256, s3_key, traceparent)
    select p."photoId", job_id, user_id, p.filename, p.type, p.bytes, p.sha256, p."s3Key", doc->>'traceparent'
    from input, job, jsonb_to_recordset(doc->'photos')
      as p ("photoId" text, filename text, type text, bytes bigint, sha256 text, "s3Key" text)
    returning photo_id, job_id, user_id, status
  ),
  events as (
    insert into outbox_events (type, user_id, job_id, photo_id, data)
    select 'UploadJobCreated', user_id, job_id, null, jsonb_build_object('status', 'QUEUED', 'totalCount', total_count)
    from job
    union all
    select 'PhotoQueued', user_id, job_id, photo_id, jsonb_build_object('status', status) from photo
  )
  select jsonb_build_object('isWritten', exists (select from job)) as result`,
)
