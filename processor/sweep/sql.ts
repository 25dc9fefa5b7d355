import { z } from "zod"
import { statementOf } from "../../db/statement.ts"
import { movedColumns, transitionEffects } from "../../db/transition-effects.ts"
import { mayBecome } from "../../db/transition-guard.ts"
import type { PhotoFault } from "../../domain/failure-reason.ts"
import { isPhotoId, type PhotoId } from "../../domain/ids.ts"
import { photoStatuses } from "../../domain/photo-status.ts"

const unfinishedPhoto = z.object({
  photoId: z.string().refine(isPhotoId),
  status: z.enum(photoStatuses),
  s3Key: z.string(),
  bytes: z.number().int(),
  etag: z.string().nullable(),
  uploadId: z.string().nullable(),
  /** Time since it entered its status, in ms. */
  ageMs: z.number(),
  isInHand: z.boolean(),
})

export type UnfinishedPhoto = z.infer<typeof unfinishedPhoto>

/**
 * Photos that were left alone for a while, each looked at ever less often the older it gets: at first after
 * `quietMs`, then whenever a quarter of its age has passed. Two sweeps never take the same.
 */
export const takeUnfinished = statementOf<{ quietMs: number; limit: number }>()(
  z.array(unfinishedPhoto),
  `
  with due as (
    select photo_id from photos
    where status in ('QUEUED', 'UPLOADING', 'PROCESSING')
      and updated_at < now() - ($1::jsonb->>'quietMs')::int * interval '1 millisecond'
      and coalesce(last_swept_at < now() - greatest(
        ($1::jsonb->>'quietMs')::int * interval '1 millisecond', (now() - status_since) / 4), true)
    order by updated_at limit ($1::jsonb->>'limit')::int for update skip locked
  ),
  taken as (
    update photos p set last_swept_at = now() from due where p.photo_id = due.photo_id
    returning p.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'photoId', photo_id, 'status', status, 's3Key', s3_key, 'bytes', bytes, 'etag', etag, 'uploadId', upload_id,
    'ageMs', extract(epoch from now() - status_since) * 1000,
    'isInHand', coalesce(lease_expires_at > now(), false))), '[]') as result
  from taken`,
)

/** Lets the next sweep look again: this one could not find out. */
export const clearLastSweep = statementOf<{ photoId: PhotoId }>()(
  z.object({ forgotten: z.number() }),
  `
  with forgotten as (
    update photos set last_swept_at = null where photo_id = $1::jsonb->>'photoId' returning 1
  )
  select jsonb_build_object('forgotten', (select count(*) from forgotten)) as result`,
)

/** Brings a photo whose object was found to PROCESSING, marked as recovered: no event ever told of it. */
export const recoverPhoto = statementOf<{ photoId: PhotoId; etag: string }>()(
  z.object({ isRecovered: z.boolean() }),
  `
  with input as (select $1::jsonb as doc),
  moved as (
    update photos p set status = 'PROCESSING', etag = doc->>'etag', recovered_at = now(), updated_at = now()
    from input where p.photo_id = doc->>'photoId' and ${mayBecome("PROCESSING", "p.status")}
    returning ${movedColumns}
  ),
  ${transitionEffects}
  select jsonb_build_object('isRecovered', exists (select from moved)) as result`,
)

/** Gives up a photo, if it still is in the status in which it was found and in nobody's hands. */
export const giveUpPhoto = statementOf<{ photoId: PhotoId; status: string; fault: PhotoFault }>()(
  z.object({ isGivenUp: z.boolean() }),
  `
  with input as (select $1::jsonb as doc),
  moved as (
    update photos p set status = 'FAILED', failure_reason = doc->'fault'->>'reason',
      failure_detail = doc->'fault'->>'detail', lease_expires_at = null, completed_at = now(), updated_at = now()
    from input
    where p.photo_id = doc->>'photoId' and p.status = doc->>'status' and ${mayBecome("FAILED", "p.status")}
      and coalesce(p.lease_expires_at <= now(), true)
    returning ${movedColumns}
  ),
  ${transitionEffects}
  select jsonb_build_object('isGivenUp', exists (select from moved)) as result`,
)

/**
 * Photos that are not to be kept: deleted ones at once, and both those and cancelled ones for good when no URL of
 * theirs can bring bytes any more (`isFinal`).
 */
export const selectRemovable = statementOf<{ graceMs: number; limit: number }>()(
  z.array(
    z.object({
      photoId: z.string().refine(isPhotoId),
      s3Key: z.string(),
      uploadId: z.string().nullable(),
      isFinal: z.boolean(),
    }),
  ),
  `
  with removable as (
    select photo_id, s3_key, upload_id,
      greatest(deleted_at, completed_at) < now() - ($1::jsonb->>'graceMs')::bigint * interval '1 millisecond' as is_final
    from photos
    where objects_removed_at is null and (deleted_at is not null or status = 'CANCELLED')
      and (deleted_at is not null and coalesce(last_swept_at < deleted_at, true)
        or greatest(deleted_at, completed_at) < now() - ($1::jsonb->>'graceMs')::bigint * interval '1 millisecond')
    order by updated_at limit ($1::jsonb->>'limit')::int
  )
  select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id, 's3Key', s3_key, 'uploadId', upload_id,
    'isFinal', is_final)), '[]') as result
  from removable`,
)

/** Notes that nothing of a photo lies in S3: for now, or for good. */
export const markRemoved = statementOf<{ photoId: PhotoId; isFinal: boolean }>()(
  z.object({ marked: z.number() }),
  `
  with marked as (
    update photos set last_swept_at = now(),
      objects_removed_at = case when ($1::jsonb->>'isFinal')::boolean then now() end
    where photo_id = $1::jsonb->>'photoId' returning 1
  )
  select jsonb_build_object('marked', (select count(*) from marked)) as result`,
)

/** Which of the ids are those of photos whose object, or whose upload, is wanted. */
export const selectWanted = statementOf<{ photoIds: readonly string[] }>()(
  z.array(z.object({ photoId: z.string(), isWaiting: z.boolean(), uploadId: z.string().nullable() })),
  `
  select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id, 'uploadId', upload_id,
    'isWaiting', ${mayBecome("PROCESSING")})), '[]') as result
  from photos where photo_id in (select jsonb_array_elements_text($1::jsonb->'photoIds'))`,
)

/** Forgets what has served its time. */
export const prune = statementOf<{ eventDays: number; deliveryDays: number }>()(
  z.record(z.string(), z.number()),
  `
  with keys as (
    delete from idempotency_keys where created_at < now() - interval '24 hours' returning 1
  ),
  families as (
    -- Tokens are taken a few seconds longer than they say.
    delete from refresh_families where expires_at < now() - interval '1 hour' returning 1
  ),
  events as (
    delete from outbox_events where sequence in (
      select sequence from (
        select sequence, occurred_at from outbox_events
        where relay_position <= (
            select min(position) from outbox_sinks
            -- A sink that left the configuration for good keeps no events.
            where coalesce(retired_at > now() - ($1::jsonb->>'eventDays')::int * interval '1 day', true))
          and sequence not in (select sequence from undelivered_events)
        order by relay_position limit 10000) as oldest
      where occurred_at < now() - ($1::jsonb->>'eventDays')::int * interval '1 day')
    returning 1
  ),
  deliveries as (
    delete from webhook_deliveries where delivery_id in (
      select delivery_id from webhook_deliveries
      where status <> 'PENDING' and created_at < now() - ($1::jsonb->>'deliveryDays')::int * interval '1 day' limit 10000)
    returning 1
  )
  select jsonb_build_object(
    'idempotencyKeys', (select count(*) from keys), 'refreshFamilies', (select count(*) from families),
    'events', (select count(*) from events), 'deliveries', (select count(*) from deliveries)) as result`,
)
