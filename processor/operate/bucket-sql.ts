import * as z from "zod"
import { statementOf } from "../../db/statement.ts"

const identity = z.object({ deploymentId: z.uuid(), markedSequence: z.number().int().nullable() })

/** The id of the database and its last marked sequence, to compare with the marker of the bucket. */
export const selectIdentity = statementOf<object>()(
  identity,
  `
  select jsonb_build_object('deploymentId', deployment_id, 'markedSequence', marked_sequence) as result
  from deployment`,
)

/** Selects those of the ids that have a row. */
export const selectExistingPhotos = statementOf<{ photoIds: readonly string[] }>()(
  z.array(z.string()),
  `
  select coalesce(jsonb_agg(photo_id), '[]') as result
  from photos where photo_id in (select jsonb_array_elements_text($1::jsonb->'photoIds'))`,
)

const storedPhoto = z.object({ photoId: z.string(), key: z.string() })

export type StoredPhoto = z.infer<typeof storedPhoto>

/** A page of the photos that must have an object in the bucket, ordered by id. */
export const selectStoredPhotos = statementOf<{ after: string | null; limit: number }>()(
  z.array(storedPhoto),
  `
  with page as (
    select photo_id, s3_key from photos
    where photo_id > coalesce($1::jsonb->>'after', '') and deleted_at is null
      and (status in ('PROCESSING', 'COMPLETED') or status = 'FAILED' and etag is not null)
    order by photo_id limit ($1::jsonb->>'limit')::int
  )
  select coalesce(jsonb_agg(jsonb_build_object('photoId', photo_id, 'key', s3_key) order by photo_id), '[]') as result
  from page`,
)

/** Makes this database the owner of the bucket. Returns the content of the new marker. */
export const adoptBucket = statementOf<object>()(
  z.object({ deploymentId: z.uuid(), outboxSequence: z.number().int() }),
  `
  with adopted as (
    update deployment set marked_sequence = (select coalesce(max(sequence), 0) from outbox_events),
      deletions_blocked_reason = null, deletions_blocked_at = null
    returning deployment_id, marked_sequence
  )
  select jsonb_build_object('deploymentId', deployment_id, 'outboxSequence', marked_sequence) as result from adopted`,
)

/** Allows the sweep to delete up to `count` orphans within a day. */
export const confirmOrphans = statementOf<{ count: number }>()(
  z.object({ orphansHeld: z.number().int(), orphansConfirmed: z.number().int() }),
  `
  with confirmed as (
    update deployment set orphans_confirmed = ($1::jsonb->>'count')::bigint, orphans_confirmed_at = now()
    returning orphans_held, orphans_confirmed
  )
  select jsonb_build_object('orphansHeld', orphans_held, 'orphansConfirmed', orphans_confirmed) as result
  from confirmed`,
)
