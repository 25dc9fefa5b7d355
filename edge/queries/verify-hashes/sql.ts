import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import { verifyHashesResponse } from "./schema.ts"

/**
 * Looks up the user's stored photo with each hash, the oldest if there are several. The hash of a photo is the one that
 * the processor computed from the stored bytes, not the one that a client declared.
 */
export const selectStoredHashes = statementOf<{ userId: UserId; sha256: readonly string[] }>()(
  verifyHashesResponse.shape.items,
  `
  with ${inputOfActingUser}
  select coalesce(json_agg(json_build_object(
    'sha256', given.sha256, 'isStored', stored.photo_id is not null, 'photoId', stored.photo_id, 'jobId', stored.job_id)
    order by given.place), '[]') as result
  from input
    cross join lateral jsonb_array_elements_text(coalesce(doc->'sha256', '[]')) with ordinality as given (sha256, place)
    left join lateral (
      select p.photo_id, p.job_id from photos p
      where p.user_id = $1::jsonb->>'userId' and p.checksum = given.sha256 and p.status = 'COMPLETED' and p.deleted_at is null
      order by p.photo_id limit 1) as stored on true`,
)
