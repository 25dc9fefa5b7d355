import { z } from "zod"
import { statementOf } from "../../../db/statement.ts"
import { jobAndEventsFollowMoved, mayBecome } from "../../../db/status-sql.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"

/**
 * Brings a photo whose object lies in S3 to PROCESSING, unleased: the processor's claim takes it from there.
 * Without an object it only tells how the photo stands. Null: there is no such photo of this user.
 */
export const finalizePhoto = statementOf<{ photoId: PhotoId; userId: UserId; etag: string | null }>()(
  z.object({ status: z.enum(photoStatuses), isUnclaimed: z.boolean() }).nullable(),
  `
  with input as (select $1::jsonb as doc),
  known as (
    select p.* from input join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
  ),
  moved as (
    update photos p set status = 'PROCESSING', etag = doc->>'etag', updated_at = now()
    from input
    where p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId' and doc->>'etag' is not null
      and ${mayBecome("PROCESSING", "p.status")}
    returning p.photo_id, p.job_id, p.user_id, p.status, p.failure_reason
  ),
  ${jobAndEventsFollowMoved}
  select (
    select jsonb_build_object(
      'status', coalesce(moved.status, known.status),
      'isUnclaimed', coalesce(moved.status, known.status) = 'PROCESSING' and known.lease_expires_at is null)
    from known left join moved using (photo_id)
  ) as result`,
)
