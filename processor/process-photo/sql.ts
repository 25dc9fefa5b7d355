import { z } from "zod"
import { statementOf } from "../../db/statement.ts"
import { transitionEffects, transitionedColumns } from "../../db/transition-effects.ts"
import { mayBecome } from "../../db/transition-guard.ts"
import { isChecksum } from "../../domain/checksum.ts"
import type { PhotoFault } from "../../domain/failure-reason.ts"
import { isJobId, type PhotoId, type UserId } from "../../domain/ids.ts"
import type { ImageFacts, Thumbnail } from "../../domain/image.ts"
import { photoStatuses } from "../../domain/photo-status.ts"
import { photoTypes } from "../../domain/photo-type.ts"
import { maxTagsPerPhoto, type TagLabel } from "../../domain/tag-label.ts"
import { deferral, fairShare, longestDeferralSeconds, waitingPhotosOfUser } from "./fair-share.ts"

const claimedPhoto = z.object({
  jobId: z.string().refine(isJobId),
  type: z.enum(photoTypes),
  bytes: z.number().int(),
  sha256: z.string().refine(isChecksum).nullable(),
  traceparent: z.string().nullable(),
  attempt: z.number().int(),
})

export type ClaimedPhoto = z.infer<typeof claimedPhoto>

/**
 * Claims a photo: the first claim makes it PROCESSING, a later one replaces an expired lease. `attempt` is the
 * fencing token of the lease. A claim above the user's share makes the photo PROCESSING without a lease and returns
 * `deferred`. Otherwise `known` is the photo's state, or null if there is no such photo.
 */
export const claimPhoto = statementOf<{
  photoId: PhotoId
  userId: UserId
  etag: string
  sequencer: string | null
  leaseMs: number
  /** Photos that this process works on at once. */
  concurrency: number
}>()(
  z.object({
    claimed: claimedPhoto.nullable(),
    deferred: deferral.nullable(),
    known: z
      .object({ status: z.enum(photoStatuses), isDeleted: z.boolean(), leaseMs: z.number() })
      .nullable(),
  }),
  `
  with recursive input as (select $1::jsonb as doc),
  lease as (select now() + (doc->>'leaseMs')::int * interval '1 millisecond' as expires_at from input),
  -- Locks the row before its status is read: of a concurrent claim and finalize, the second sees the result of the first.
  found as (
    select p.photo_id, p.status from input
    join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    for update of p
  ),
  ${fairShare},
  taken as (
    update photos p set status = 'PROCESSING', etag = doc->>'etag',
      sequencer = coalesce(doc->>'sequencer', p.sequencer),
      attempt = p.attempt + case when share.is_exceeded then 0 else 1 end,
      lease_expires_at = case when not share.is_exceeded then lease.expires_at end,
      -- The sweep leaves the photo alone until then: its message is delayed and not lost.
      deferred_until = case when share.is_exceeded then now() + interval '1 second' *
        ${longestDeferralSeconds("share.slots", waitingPhotosOfUser)} end,
      updated_at = now()
    from input, lease, found, share
    where p.photo_id = found.photo_id
      -- Hex, compared after padding (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html):
      -- an older event describes an object that was replaced.
      and coalesce(rpad(doc->>'sequencer', 64, '0') >= rpad(p.sequencer, 64, '0'), true)
      and (${mayBecome("PROCESSING", "p.status")}
        or p.status = 'PROCESSING' and coalesce(p.lease_expires_at <= now(), true))
    returning p.*, found.status as previous_status
  ),
  claimed as (select * from taken where lease_expires_at is not null),
  transitioned as (select * from taken where previous_status <> 'PROCESSING'),
  attempt_entry as (
    insert into photo_timeline (photo_id, kind, data)
    select photo_id, 'ATTEMPT_STARTED', jsonb_build_object('attempt', attempt) from claimed
  ),
  ${transitionEffects}
  select jsonb_build_object(
    'claimed', (
      select jsonb_build_object('jobId', job_id, 'type', mime_type, 'bytes', bytes, 'sha256', expected_sha256,
        'traceparent', traceparent, 'attempt', attempt)
      from claimed),
    'deferred', (
      select jsonb_build_object('slots', slots, 'waitingPhotos', ${waitingPhotosOfUser})
      from taken, share where taken.lease_expires_at is null),
    'known', (
      select jsonb_build_object('status', status, 'isDeleted', deleted_at is not null,
        'leaseMs', greatest(0, extract(epoch from coalesce(lease_expires_at, now()) - now()) * 1000))
      from input join photos on photo_id = doc->>'photoId' and user_id = doc->>'userId')
  ) as result from input`,
)

/** Identifies a lease. Statements with an older claim have no effect. */
export type Claim = { photoId: PhotoId; attempt: number }

export type Completion = Claim & {
  checksum: string
  facts: ImageFacts
  thumbnails: readonly Thumbnail[]
  /** Become tags of the photo if its job imports keywords. */
  keywordTags: readonly TagLabel[]
}

const transitionResult = z.object({ isMoved: z.boolean() })

/**
 * Makes a photo COMPLETED, with its facts and thumbnails; the same statement updates the job, writes the events and adds
 * the tags of a job that imports keywords. Tags above the limit of a photo are left out.
 */
export const completePhoto = statementOf<Completion>()(
  transitionResult,
  `
  with input as (select $1::jsonb as doc),
  transitioned as (
    update photos p set status = 'COMPLETED', checksum = doc->>'checksum',
      width = (doc->'facts'->>'width')::int, height = (doc->'facts'->>'height')::int,
      exif_json = doc->'facts'->'exif', is_degraded = (doc->'facts'->>'isDegraded')::boolean,
      anomalies = array(select jsonb_array_elements_text(doc->'facts'->'anomalies')), mime_type = doc->'facts'->>'type',
      thumbnails = doc->'thumbnails', thumbhash = doc->'facts'->>'thumbhash',
      annotations = nullif(doc->'facts'->'annotations', 'null'), lease_expires_at = null, completed_at = now(), updated_at = now()
    from input
    where photo_id = doc->>'photoId' and attempt = (doc->>'attempt')::int and ${mayBecome("COMPLETED")}
    returning ${transitionedColumns}
  ),
  ${transitionEffects},
  -- Arrays, because as a join the planner reads the tags of every photo.
  importing as (
    select t.photo_id, t.user_id, array(select tag_key from photo_tags where photo_id = t.photo_id) as tag_keys
    from transitioned t join upload_jobs j on j.job_id = t.job_id and j.imports_keywords
  ),
  new_tag as (
    select user_id, photo_id, k.tag->>'tagKey' as tag_key, k.tag->>'label' as label
    from input, importing, jsonb_array_elements(doc->'keywordTags') with ordinality as k (tag, position)
    where k.tag->>'tagKey' <> all (tag_keys)
    order by k.position
    limit (select greatest(0, ${maxTagsPerPhoto} - cardinality(tag_keys)) from importing)
  ),
  -- In the order of their keys: concurrent completions insert the same tags without a deadlock.
  labels as (
    insert into tags (user_id, tag_key, label) select user_id, tag_key, label from new_tag order by tag_key
    on conflict do nothing
  ),
  imported as (
    insert into photo_tags (photo_id, user_id, tag_key) select photo_id, user_id, tag_key from new_tag order by tag_key
    on conflict do nothing
  )
  select jsonb_build_object('isMoved', exists (select from transitioned)) as result`,
)

/** Makes a photo FAILED, with a reason for its owner. */
export const failPhoto = statementOf<Claim & { fault: PhotoFault; checksum: string | null }>()(
  transitionResult,
  `
  with input as (select $1::jsonb as doc),
  transitioned as (
    update photos p set status = 'FAILED', checksum = doc->>'checksum',
      failure_reason = doc->'fault'->>'reason', failure_detail = doc->'fault'->>'detail',
      lease_expires_at = null, completed_at = now(), updated_at = now()
    from input
    where photo_id = doc->>'photoId' and attempt = (doc->>'attempt')::int and ${mayBecome("FAILED")}
    returning ${transitionedColumns}
  ),
  ${transitionEffects}
  select jsonb_build_object('isMoved', exists (select from transitioned)) as result`,
)

/**
 * Releases a claim, so that the next delivery does not wait until the lease expires. The lease is set to expire now
 * instead of null, because a photo in its backoff must not count as waiting for a slot.
 */
export const releasePhoto = statementOf<Claim & { reason: string }>()(
  z.object({ isReleased: z.boolean() }),
  `
  with input as (select $1::jsonb as doc),
  released as (
    update photos p set lease_expires_at = now(), updated_at = now()
    from input
    where photo_id = doc->>'photoId' and attempt = (doc->>'attempt')::int and status = 'PROCESSING'
    returning p.photo_id
  ),
  attempt_entry as (
    insert into photo_timeline (photo_id, kind, data)
    select photo_id, 'ATTEMPT_FAILED', jsonb_build_object('attempt', doc->'attempt', 'reason', doc->'reason')
    from input, released
  )
  select jsonb_build_object('isReleased', exists (select from released)) as result`,
)

/** The status of a photo, or null when there is no such photo. */
export const selectPhotoStatus = statementOf<{ photoId: PhotoId }>()(
  z.object({ status: z.enum(photoStatuses) }).nullable(),
  `
  select (
    select jsonb_build_object('status', status) from photos where photo_id = $1::jsonb->>'photoId'
  ) as result`,
)
