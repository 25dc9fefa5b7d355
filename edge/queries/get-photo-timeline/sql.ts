import * as z from "zod"
import { rowOrNotFound } from "../../../db/found-row.ts"
import { inputOfActingUser, statementOf } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { storedEntry } from "./schema.ts"

/** Reads the timeline of a photo in chronological order, and the photo's version. */
export const selectPhotoTimeline = statementOf<{ photoId: PhotoId; userId: UserId }>()(
  rowOrNotFound(z.object({ version: z.number().int(), entries: z.array(storedEntry) })),
  `
  with ${inputOfActingUser}
  select (
    select jsonb_build_object('version', p.version, 'entries',
      jsonb_build_array(jsonb_build_object('at', p.created_at, 'kind', 'QUEUED', 'data', '{}'::jsonb)) || (
        -- A claim can write PROCESSING and ATTEMPT_STARTED with the same timestamp; they are sorted in this order.
        select coalesce(jsonb_agg(jsonb_build_object('at', t.occurred_at, 'kind', t.kind, 'data', t.data)
          order by t.occurred_at, t.kind = 'ATTEMPT_STARTED', t.entry_id), '[]')
        from photo_timeline t where t.photo_id = p.photo_id))
    from input join photos p on p.photo_id = doc->>'photoId' and p.user_id = doc->>'userId'
    where p.deleted_at is null
  ) as result`,
)
