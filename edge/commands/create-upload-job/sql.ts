import * as z from "zod"
import { auditOf } from "../../../db/audit-sql.ts"
import { storedPhotoWith } from "../../../db/photo-sql.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import { eventOfEntering } from "../../../domain/events.ts"
import { isJobId, isPhotoId, type UserId } from "../../../domain/ids.ts"
import type { ExpectedPhoto, PlannedUploadJob } from "../../../domain/upload-job.ts"
import { photoUpload, photoUploadJson } from "../../clients/object-store/photo-upload.ts"

export type NewUploadJob = Omit<PlannedUploadJob, "photos"> & {
  traceparent: string
  photos: readonly (ExpectedPhoto & { s3Key: string })[]
  allowDuplicates: boolean
  importKeywords: boolean
  idempotencyKey: string | null
  /** SHA-256 of the request. */
  fingerprint: string
}

const outcome = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.enum(["key_reused", "key_in_use", "quota_exceeded"]) }),
  z.object({
    outcome: z.literal("created"),
    /** The photos that are duplicates. They were not queued and use no quota. */
    duplicates: z.array(
      z.object({ photoId: z.string().refine(isPhotoId), duplicateOf: z.string().refine(isPhotoId) }),
    ),
  }),
  z.object({
    outcome: z.literal("replayed"),
    jobId: z.string().refine(isJobId),
    photos: z.array(photoUpload),
  }),
])

const keyLifetime = "interval '24 hours'"

/**
 * Writes a job, its photos and their events, reserves the user's quota and stores the idempotency key. A file with the
 * SHA-256 of a stored photo, or of an earlier file of the job, becomes a DUPLICATE (decision 27). Otherwise it writes
 * nothing and returns the reason. docs/decisions/0006-idempotency-in-one-statement.md describes concurrent
 * requests with the same key.
 */
export const insertUploadJob = statementOf<NewUploadJob>()(
  outcome,
  `
  with ${inputOfActingUser},
  declared as (
    select p.* from input, jsonb_to_recordset(doc->'photos')
      as p ("photoId" text, filename text, path text, type text, bytes bigint, sha256 text, "s3Key" text,
        "partSize" int)
  ),
  file as (
    select d.*, case when d.sha256 is not null and not (doc->>'allowDuplicates')::boolean then coalesce(
        ${storedPhotoWith("d.sha256")},
        nullif(min(d."photoId") over (partition by d.sha256), d."photoId")) end as duplicate_of
    from input, declared d
  ),
  requested as (
    select count(*) as files, count(*) filter (where duplicate_of is null) as photos,
      coalesce(sum(bytes) filter (where duplicate_of is null), 0) as bytes
    from file
  ),
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
    insert into upload_jobs (job_id, user_id, total_count, duplicate_count, status, completed_at, allows_duplicates,
      imports_keywords)
    select doc->>'jobId', reserved.user_id, requested.files, requested.files - requested.photos,
      case requested.photos when requested.files then 'QUEUED' when 0 then 'COMPLETED' else 'IN_PROGRESS' end,
      case requested.photos when 0 then now() end, (doc->>'allowDuplicates')::boolean, (doc->>'importKeywords')::boolean
    from input, requested, reserved
    returning job_id, user_id, total_count, duplicate_count, status
  ),
  photo as (
    insert into photos
      (photo_id, job_id, user_id, filename, path, mime_type, bytes, expected_sha256, s3_key, part_size, traceparent,
        duplicate_of, status, completed_at, objects_removed_at)
    select f."photoId", job_id, user_id, f.filename, f.path, f.type, f.bytes, f.sha256, f."s3Key", f."partSize",
      doc->>'traceparent', f.duplicate_of, case when f.duplicate_of is null then 'QUEUED' else 'DUPLICATE' end,
      -- A duplicate gets no URL, so there is no object to remove later.
      case when f.duplicate_of is not null then now() end, case when f.duplicate_of is not null then now() end
    from input, job, file f
    returning photo_id, job_id, user_id, status, bytes, duplicate_of
  ),
  events as (
    insert into outbox_events (type, user_id, job_id, photo_id, data)
    select 'UploadJobCreated', user_id, job_id, null, jsonb_build_object('status', status, 'totalCount', total_count)
    from job
    union all
    select case status when 'QUEUED' then '${eventOfEntering.QUEUED}' else '${eventOfEntering.DUPLICATE}' end,
      user_id, job_id, photo_id,
      jsonb_strip_nulls(jsonb_build_object('status', status, 'bytes', bytes, 'duplicateOf', duplicate_of))
    from photo
    union all
    select 'UploadJobCompleted', user_id, job_id, null,
      jsonb_build_object('status', status, 'totalCount', total_count, 'completedCount', 0, 'failedCount', 0,
        'cancelledCount', 0, 'duplicateCount', duplicate_count)
    from job where status = 'COMPLETED'
  ),
  timeline as (
    insert into photo_timeline (photo_id, kind) select photo_id, status from photo where status <> 'QUEUED'
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
  select jsonb_build_object('outcome', outcome) || case outcome
    when 'created' then jsonb_build_object('duplicates', (
      select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id, 'duplicateOf', duplicate_of)), '[]')
      from photo where duplicate_of is not null))
    when 'replayed' then jsonb_build_object(
      'jobId', job_id,
      'photos', (
        select jsonb_agg(${photoUploadJson} order by p.photo_id)
        from photos p where p.job_id = decided.job_id))
    else '{}' end as result
  from decided`,
)

const dryRunResult = z.object({
  isWithinQuota: z.boolean(),
  /** For each file, in the order of the request: the caller's photo with the same bytes, or null. */
  duplicates: z.array(z.string().nullable()),
  /** For each file: whether an earlier file of the request has the same bytes. */
  isRepeated: z.array(z.boolean()),
})

/** Returns which files are duplicates, and whether the quota has room for the others. */
export const selectDuplicates = statementOf<{
  userId: UserId
  allowDuplicates: boolean
  files: readonly { bytes: number; sha256: string | null }[]
}>()(
  dryRunResult,
  `
  with ${inputOfActingUser},
  declared as (
    select (f.file->>'bytes')::bigint as bytes, f.file->>'sha256' as sha256, f.place
    from input, jsonb_array_elements(doc->'files') with ordinality as f (file, place)
  ),
  file as (
    select d.place, d.bytes, found.is_checked, case when found.is_checked then ${storedPhotoWith("d.sha256")} end as stored,
      found.is_checked and row_number() over (partition by d.sha256 order by d.place) > 1 as is_repeated
    from input, declared d,
      lateral (select d.sha256 is not null and not (doc->>'allowDuplicates')::boolean as is_checked) as found
  ),
  requested as (
    select count(*) as photos, coalesce(sum(bytes), 0) as bytes from file where stored is null and not is_repeated
  )
  select jsonb_build_object(
    'isWithinQuota', (select ${isWithinQuota("u")} from input, requested, users u where u.user_id = doc->>'userId'),
    'duplicates', (select coalesce(jsonb_agg(stored order by place), '[]') from file),
    'isRepeated', (select coalesce(jsonb_agg(is_repeated order by place), '[]') from file)
  ) as result`,
)

// Duplicates use no quota, so they are accepted also when it is exhausted.
function isWithinQuota(user: string): string {
  return `(requested.photos = 0 or ${user}.used_bytes + requested.bytes <= ${user}.quota_bytes
      and ${user}.used_photos + requested.photos <= ${user}.quota_photos)`
}
