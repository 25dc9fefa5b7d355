import { parseObjectCreated } from "../../aws/object-created.ts"
import type { Database } from "../../db/statement.ts"
import type { PhotoFault } from "../../domain/failure-reason.ts"
import type { Logger } from "../platform/log.ts"
import type { MessageOutcome } from "../platform/queue.ts"
import { failDeadLettered } from "./sql.ts"

export type DeadLetterDependencies = {
  environment: string
  bucket: string
  database: Database
  log: Logger
  /** How long a message is hidden after it was handled. */
  revisitAfterMs: number
}

/**
 * Handles a message of the dead-letter queue: its photo fails with a reason, so that the job reaches a final status.
 * The message stays in the queue, where operators see it, until its photo is reopened.
 */
export const failDeadLetter =
  ({ environment, bucket, database, log, revisitAfterMs }: DeadLetterDependencies) =>
  async (body: string, messageId: string, sentAtMs: number): Promise<MessageOutcome> => {
    const original = parseObjectCreated(body, { environment, bucket })
    if (!original)
      return { kind: "retry", reason: "message does not refer to an original", afterMs: revisitAfterMs }
    const { photoId, userId, etag } = original
    const photo = await database.run(failDeadLettered, { photoId, userId, etag, sentAtMs, fault })
    if (photo?.isFailed) log.error({ photoId, messageId }, "photo failed: its message was received too often")
    // An operator has reopened the photo in the meantime, which sent a new message.
    if (photo?.isStale) return { kind: "done" }
    if (photo?.isDeadLettered) return { kind: "retry", reason: "kept for operators", afterMs: revisitAfterMs }
    // A worker processes the photo: check again when it has finished.
    if (photo?.status === "PROCESSING")
      return { kind: "retry", reason: "leased by another worker", afterMs: revisitAfterMs }
    return { kind: "done" }
  }

const fault: PhotoFault = {
  reason: "PROCESSING_ERROR",
  detail:
    "The photo could not be processed after many attempts because of a fault of the service. The operators see it.",
}
