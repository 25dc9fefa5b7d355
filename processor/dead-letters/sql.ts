import { z } from "zod"
import { statementOf } from "../../db/statement.ts"
import { factsFollowMoved, mayBecome, movedColumns } from "../../db/status-sql.ts"
import type { PhotoFault } from "../../domain/failure-reason.ts"
import type { PhotoId, UserId } from "../../domain/ids.ts"
import { photoStatuses } from "../../domain/photo-status.ts"

/**
 * Fails the photo of a message that was given up, unless a worker has it in hand right now, and tells how it
 * stands. Null: there is no such photo.
 */
export const failDeadLettered = statementOf<{ photoId: PhotoId; userId: UserId; fault: PhotoFault }>()(
  z.object({ isFailed: z.boolean(), status: z.enum(photoStatuses), isDeadLettered: z.boolean() }).nullable(),
  `
  with input as (select $1::jsonb as doc),
  found as (
    select p.photo_id, p.status, p.dead_lettered_at from input
    join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    for update of p
  ),
  moved as (
    update photos p set status = 'FAILED', failure_reason = doc->'fault'->>'reason',
      failure_detail = doc->'fault'->>'detail', dead_lettered_at = now(), lease_expires_at = null,
      completed_at = now(), updated_at = now()
    from input, found
    where p.photo_id = found.photo_id and ${mayBecome("FAILED", "p.status")}
      and coalesce(p.lease_expires_at <= now(), true)
    returning ${movedColumns}
  ),
  ${factsFollowMoved}
  select (
    select jsonb_build_object('isFailed', moved.photo_id is not null, 'status', coalesce(moved.status, found.status),
      'isDeadLettered', moved.photo_id is not null or found.dead_lettered_at is not null)
    from found left join moved using (photo_id)
  ) as result`,
)
