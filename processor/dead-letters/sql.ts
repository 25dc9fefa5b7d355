import * as z from "zod"
import { statementOf } from "../../db/statement.ts"
import { transitionEffects, transitionedColumns } from "../../db/transition-effects.ts"
import { mayBecome } from "../../db/transition-guard.ts"
import type { PhotoFault } from "../../domain/failure-reason.ts"
import type { PhotoId, UserId } from "../../domain/ids.ts"
import { photoStatuses } from "../../domain/photo-status.ts"

/**
 * Fails the photo of a dead-lettered message, unless a worker has a lease on it. Returns the state of the photo, or null
 * if there is no such photo.
 */
export const failDeadLettered = statementOf<{
  photoId: PhotoId
  userId: UserId
  etag: string
  /** Time at which the message was first sent, in ms since the epoch. */
  sentAtMs: number
  fault: PhotoFault
}>()(
  z
    .object({
      isFailed: z.boolean(),
      status: z.enum(photoStatuses),
      isDeadLettered: z.boolean(),
      isStale: z.boolean(),
    })
    .nullable(),
  `
  with input as (select $1::jsonb as doc),
  found as (
    select p.photo_id, p.status, p.dead_lettered_at,
      coalesce(p.reopened_at > to_timestamp((doc->>'sentAtMs')::bigint / 1000.0), false) as is_stale
    from input
    join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    for update of p
  ),
  transitioned as (
    update photos p set status = 'FAILED', failure_reason = doc->'fault'->>'reason',
      failure_detail = doc->'fault'->>'detail', dead_lettered_at = now(), lease_expires_at = null,
      etag = coalesce(p.etag, doc->>'etag'),
      completed_at = now(), updated_at = now()
    from input, found
    where p.photo_id = found.photo_id and not found.is_stale and ${mayBecome("FAILED", "p.status")}
      and coalesce(p.lease_expires_at <= now(), true)
    returning ${transitionedColumns}
  ),
  ${transitionEffects}
  select (
    select jsonb_build_object('isFailed', transitioned.photo_id is not null, 'status', coalesce(transitioned.status, found.status),
      'isStale', found.is_stale,
      'isDeadLettered', transitioned.photo_id is not null or found.dead_lettered_at is not null)
    from found left join transitioned using (photo_id)
  ) as result`,
)
