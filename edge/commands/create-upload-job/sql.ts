import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { isJobId, type UserId } from "../../../domain/ids.ts"
import type { ExpectedPhoto, PlannedUploadJob } from "../../../domain/upload-job.ts"
import { photoUpload, photoUploadJson } from "../../clients/object-store/photo-upload.ts"

export type NewUploadJob = Omit<PlannedUploadJob, "photos"> & {
  traceparent: string
  photos: readonly (ExpectedPhoto & { s3Key: string })[]
  idempotencyKey: string | null
  /** SHA-256 of the request. */
  fingerprint: string
}

const outcome = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.enum(["created", "key_reused", "key_in_use", "quota_exceeded"]) }),
  z.object({
    outcome: z.literal("replayed"),
    jobId: z.string().refine(isJobId),
    photos: z.array(photoUpload),
  }),
])

const keyLifetime = "interval '24 hours'"

/**
 * Writes a job, its photos and their events, reserves the user's quota and stores the idempotency key. Otherwise
 * it writes nothing and returns the reason. docs/decisions/0006-idempotency-in-one-statement.md describes concurrent
 * requests with the same key.
 */
export const insertUploadJob = statementOf<NewUploadJob>()(
  outcome,
  `
  with ${inputOfActingUser},
  file as (
    select p.* from input, jsonb_to_recordset(doc->'photos')
      as p ("photoId" text, filename text, type text, bytes bigint, sha256 text, "s3Key" text, "partSize" int)
  ),
  requested as (select count(*) as photos, sum(bytes) as bytes from file),
  known as (
    select k.fingerprint, k.job_id, j.job_id is not null as has_job
    from input
    join idempotency_keys k on k.user_id = doc->>'userId' and k.idempotency_key = doc->>'idempotencyKey'
    left join upload_jobs j on j.job_id = k.job_id
    where k.created_at > now() - ${keyLifetime}
  ),
  key as (
    insert into idempotency_keys as k (user_id, idempotency_key, fingerprint, job_id)
    select u.user_id, doc->>'idempotencyKey', doc->>'fingerprint', doc->>'jobId'
    from input, requested, users u
    where u.user_id = doc->>'userId' and doc->>'idempotencyKey' is not null and ${isWithinQuota("u")}
    on conflict (user_id, idempotency_key) do update
      set fingerprint = excluded.fingerprint, job_id = excluded.job_id, created_at = now()
      where k.created_at <= now() - ${keyLifetime} or k.job_id in (select job_id from known where not has_job)
    returning k.job_id
  ),
  reserved as (
    update users u set used_bytes = u.used_bytes + requested.bytes, used_photos = u.used_photos + requested.photos
    from input, requested
    where u.user_id = doc->>'userId' and ${isWithinQuota("u")}
      and (doc->>'idempotencyKey' is null or exists (select from key))
    returning u.user_id
  ),
  job as (
    insert into upload_jobs (job_id, user_id, total_count)
    select doc->>'jobId', reserved.user_id, requested.photos from input, requested, reserved
    returning job_id, user_id, total_count
  ),
  photo as (
    insert into photos
      (photo_id, job_id, user_id, filename, mime_type, bytes, expected_sha256, s3_key, part_size, traceparent)
    select f."photoId", job_id, user_id, f.filename, f.type, f.bytes, f.sha256, f."s3Key", f."partSize",
      doc->>'traceparent'
    from input, job, file f
    returning photo_id, job_id, user_id, status, bytes
  ),
  events as (
    insert into outbox_events (type, user_id, job_id, photo_id, data)
    select 'UploadJobCreated', user_id, job_id, null, jsonb_build_object('status', 'QUEUED', 'totalCount', total_count)
    from job
    union all
    select 'PhotoQueued', user_id, job_id, photo_id, jsonb_build_object('status', status, 'bytes', bytes)
    from photo
  ),
  decided as (
    select case
        when exists (select from job) then 'created'
        when exists (select from key) then 'quota_exceeded'
        when known.fingerprint <> doc->>'fingerprint' then 'key_reused'
        when known.has_job then 'replayed'
        when doc->>'idempotencyKey' is null or not ${isWithinQuota("u")} then 'quota_exceeded'
        else 'key_in_use'
      end as outcome,
      doc->>'userId' as user_id, coalesce((select job_id from job), known.job_id) as job_id
    from input cross join requested join users u on u.user_id = doc->>'userId' left join known on true
  ),
  ${auditOf("create-upload-job", "select user_id, job_id, null::text as photo_id, outcome from decided")}
  select jsonb_build_object('outcome', outcome) || case when outcome = 'replayed' then jsonb_build_object(
      'jobId', job_id,
      'photos', (
        select jsonb_agg(${photoUploadJson} order by p.photo_id)
        from photos p where p.job_id = decided.job_id))
    else '{}' end as result
  from decided`,
)

const dryRunResult = z.object({
  isWithinQuota: z.boolean(),
  duplicates: z.array(z.object({ sha256: z.string(), photoId: z.string() })),
})

/** Returns which checksums belong to photos of the user, and whether the quota has room for the other files. */
export const selectDuplicates = statementOf<{
  userId: UserId
  files: readonly { bytes: number; sha256: string | null }[]
}>()(
  dryRunResult,
  `
  with ${inputOfActingUser},
  file as (select f.* from input, jsonb_to_recordset(doc->'files') as f (bytes bigint, sha256 text)),
  duplicate as (
    select distinct on (p.checksum) p.checksum, p.photo_id
    from input, file join photos p on p.checksum = file.sha256
    where p.user_id = doc->>'userId' and p.deleted_at is null and p.status = 'COMPLETED'
    order by p.checksum, p.photo_id
  ),
  requested as (
    select count(*) as photos, coalesce(sum(bytes), 0) as bytes from file
    where sha256 is null or sha256 not in (select checksum from duplicate)
  )
  select jsonb_build_object(
    'isWithinQuota', (select ${isWithinQuota("u")} from input, requested, users u where u.user_id = doc->>'userId'),
    'duplicates', (
      select coalesce(jsonb_agg(jsonb_build_object('sha256', checksum, 'photoId', photo_id)), '[]') from duplicate)
  ) as result`,
)

function isWithinQuota(user: string): string {
  return `(${user}.used_bytes + requested.bytes <= ${user}.quota_bytes
      and ${user}.used_photos + requested.photos <= ${user}.quota_photos)`
}
