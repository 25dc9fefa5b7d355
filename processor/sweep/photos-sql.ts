import * as z from "zod"
import { statementOf } from "../../db/statement.ts"
import { transitionEffects, transitionedColumns } from "../../db/transition-effects.ts"
import { mayBecome } from "../../db/transition-guard.ts"
import type { PhotoFault } from "../../domain/failure-reason.ts"
import { isPhotoId, type PhotoId } from "../../domain/ids.ts"
import type { PhotoStatus } from "../../domain/photo-status.ts"

const photoId = z.string().refine(isPhotoId)

const waitingPhoto = z.object({
  photoId,
  s3Key: z.string(),
  uploadId: z.string().nullable(),
  /** Time since it entered its status. */
  ageMs: z.number(),
})

export type WaitingPhoto = z.infer<typeof waitingPhoto>

/**
 * A photo is visited less often the older it is: first after `quietMs`, then whenever a quarter of its age has
 * passed since the last visit.
 */
const isDue = `coalesce(last_swept_at < now() - greatest(
        ($1::jsonb->>'quietMs')::int * interval '1 millisecond', (now() - status_since) / 4), true)`

/** Whether the photo has not changed for `quietMs`. */
const isQuiet = `updated_at < now() - ($1::jsonb->>'quietMs')::int * interval '1 millisecond'`

/**
 * Provides the CTE `taken`: at most `limit` due photos with this condition, marked as swept. Concurrent sweeps never
 * take the same photo.
 */
const takenPhotos = (condition: string, orderedBy: "updated_at" | "status_since") => `due as (
    select photo_id from photos where ${condition} and ${isDue}
    order by ${orderedBy} limit ($1::jsonb->>'limit')::int for update skip locked
  ),
  taken as (
    update photos p set last_swept_at = now() from due where p.photo_id = due.photo_id
    returning p.*
  )`

/** The ids in the input's `photoIds`. */
const listedPhotoIds = "(select jsonb_array_elements_text($1::jsonb->'photoIds'))"

/** Takes photos that wait for their upload, oldest first. */
export const takeWaitingPhotos = statementOf<{ quietMs: number; limit: number }>()(
  z.array(waitingPhoto),
  `
  with ${takenPhotos(`status in ('QUEUED', 'UPLOADING') and ${isQuiet}`, "updated_at")}
  select coalesce(jsonb_agg(jsonb_build_object(
    'photoId', photo_id, 's3Key', s3_key, 'uploadId', upload_id,
    'ageMs', extract(epoch from now() - status_since) * 1000)), '[]') as result
  from taken`,
)

const unleasedPhoto = z.object({
  photoId,
  /** A PROCESSING photo always has one: the constraint photos_processing_with_etag. */
  object: z.object({ key: z.string(), etag: z.string(), bytes: z.number().int() }),
  /**
   * PROCESSING for longer than `processingMs`, its message was sent again after that time, and since then an attempt
   * failed or no worker claimed the photo.
   */
  isExhausted: z.boolean(),
})

export type UnleasedPhoto = z.infer<typeof unleasedPhoto>

/**
 * Takes PROCESSING photos without an active lease: the worker stopped, or the message was lost. It is a separate
 * statement, so that photos that wait for their upload never delay them. It omits photos whose message is still delayed
 * because of the fair share of slots.
 */
export const takeUnleasedPhotos = statementOf<{ quietMs: number; processingMs: number; limit: number }>()(
  z.array(unleasedPhoto),
  `
  with ${takenPhotos(
    `status = 'PROCESSING' and coalesce(lease_expires_at <= now(), true) and ${isQuiet}
      and coalesce(deferred_until < now() - ($1::jsonb->>'quietMs')::int * interval '1 millisecond', true)`,
    "updated_at",
  )}
  select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id,
    'object', jsonb_build_object('key', s3_key, 'etag', etag, 'bytes', bytes),
    'isExhausted', coalesce(
      enqueued_at >= status_since + ($1::jsonb->>'processingMs')::bigint * interval '1 millisecond'
      -- A claim that was deferred because other users waited also changes the row, but is not an attempt.
      and (updated_at <= enqueued_at or exists (
        select from photo_timeline t
        where t.photo_id = taken.photo_id and t.kind = 'ATTEMPT_STARTED' and t.occurred_at >= enqueued_at)),
      false))), '[]') as result
  from taken`,
)

const expiredPhoto = z.object({
  photoId,
  s3Key: z.string(),
  /** All upload URLs of the photo have expired. */
  isFinal: z.boolean(),
})

export type ExpiredPhoto = z.infer<typeof expiredPhoto>

/** Takes EXPIRED photos whose object may have arrived late. The last visit is after their upload URLs have expired. */
export const takeExpiredPhotos = statementOf<{ quietMs: number; lateObjectMs: number; limit: number }>()(
  z.array(expiredPhoto),
  `
  with ${takenPhotos(
    "failure_reason = 'EXPIRED' and etag is null and deleted_at is null and objects_removed_at is null",
    "status_since",
  )}
  select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id, 's3Key', s3_key,
    'isFinal', status_since < now() - ($1::jsonb->>'lateObjectMs')::bigint * interval '1 millisecond')), '[]')
    as result
  from taken`,
)

/** Makes photos due in the next sweep because their visit failed. */
export const clearLastSweep = statementOf<{ photoIds: readonly PhotoId[] }>()(
  z.object({ cleared: z.number() }),
  `
  with cleared as (
    update photos set last_swept_at = null
    where photo_id in ${listedPhotoIds} returning 1
  )
  select jsonb_build_object('cleared', (select count(*) from cleared)) as result`,
)

/** Records that the photos' messages were sent again. */
export const markRequeued = statementOf<{ photoIds: readonly PhotoId[] }>()(
  z.object({ marked: z.number() }),
  `
  with marked as (
    update photos set enqueued_at = now(), last_swept_at = now()
    where photo_id in ${listedPhotoIds} and status = 'PROCESSING'
    returning 1
  )
  select jsonb_build_object('marked', (select count(*) from marked)) as result`,
)

/** Changes photos whose objects were found to PROCESSING and marks them as recovered. Returns the changed photos. */
export const recoverPhotos = statementOf<{ photos: readonly { photoId: PhotoId; etag: string }[] }>()(
  z.array(photoId),
  `
  with found as (
    select f."photoId" as photo_id, f.etag from jsonb_to_recordset($1::jsonb->'photos') as f ("photoId" text, etag text)
  ),
  transitioned as (
    update photos p set status = 'PROCESSING', etag = found.etag, recovered_at = now(), updated_at = now()
    from found where p.photo_id = found.photo_id and ${mayBecome("PROCESSING", "p.status")}
    returning ${transitionedColumns}
  ),
  ${transitionEffects}
  select coalesce(jsonb_agg(photo_id), '[]') as result from transitioned`,
)

/** Fails photos that still have one of the statuses and no active lease. Returns the failed photos. */
export const failUnfinishedPhotos = statementOf<{
  photoIds: readonly PhotoId[]
  statuses: readonly PhotoStatus[]
  fault: PhotoFault
}>()(
  z.array(photoId),
  `
  with input as (select $1::jsonb as doc),
  transitioned as (
    update photos p set status = 'FAILED', failure_reason = doc->'fault'->>'reason',
      failure_detail = doc->'fault'->>'detail', lease_expires_at = null, completed_at = now(), updated_at = now()
    from input
    where p.photo_id in ${listedPhotoIds} and doc->'statuses' ? p.status
      and ${mayBecome("FAILED", "p.status")} and coalesce(p.lease_expires_at <= now(), true)
    returning ${transitionedColumns}
  ),
  ${transitionEffects}
  select coalesce(jsonb_agg(photo_id), '[]') as result from transitioned`,
)
