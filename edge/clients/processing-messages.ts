import * as z from "zod"
import { type Database, statementOf } from "../../db/statement.ts"
import type { PhotoId, UserId } from "../../domain/ids.ts"
import type { StoredObject } from "../../domain/object-ref.ts"
import { WorkQueueUnavailable } from "../../domain/outage.ts"
import type { WorkQueue } from "./work-queue.ts"

/** Minimum time between two messages for a photo. SQS delivers within seconds, and the sweep replaces lost messages. */
const resendAfter = "interval '60 seconds'"

/**
 * Returns SQL that is true for a photo whose object is stored, that no worker has leased, and whose last message is
 * missing or old. The UPDATE with this condition sets `enqueued_at`, so that only one of two concurrent finalize calls
 * sends the message.
 */
export const needsMessage = (photo: string): string =>
  `${photo}.status = 'PROCESSING' and coalesce(${photo}.lease_expires_at <= now(), true)
      and coalesce(${photo}.enqueued_at < now() - ${resendAfter}, true)`

/**
 * Sends the processor a message for each photo, after the statement that set their `enqueued_at`. If that fails,
 * clears `enqueued_at`, so that the caller's next attempt sends the message immediately.
 * @throws WorkQueueUnavailable when a message was not sent
 */
export const sendProcessingMessages = async (
  { database, workQueue }: { database: Database; workQueue: WorkQueue },
  userId: UserId,
  photos: readonly (StoredObject & { photoId: PhotoId })[],
): Promise<void> => {
  if (photos.length === 0) return
  const unsent = await workQueue.enqueue(photos)
  if (unsent.length === 0) return
  await database.run(clearEnqueued, { userId, photoIds: unsent.map(({ photoId }) => photoId) })
  throw new WorkQueueUnavailable(`${unsent.length} of ${photos.length} messages were not sent`)
}

const clearEnqueued = statementOf<{ userId: UserId; photoIds: readonly PhotoId[] }>()(
  z.object({ cleared: z.number().int() }),
  `
  with input as (select $1::jsonb as doc),
  -- Locked in the order of their ids, as in every statement that changes several photos.
  locked as (
    select p.photo_id from input, jsonb_array_elements_text(doc->'photoIds') as unsent (photo_id)
    join photos p using (photo_id)
    where p.user_id = doc->>'userId' and p.status = 'PROCESSING'
    order by p.photo_id for update of p
  ),
  cleared as (
    update photos p set enqueued_at = null from locked where p.photo_id = locked.photo_id returning 1
  )
  select jsonb_build_object('cleared', (select count(*) from cleared)) as result`,
)
