import { parseObjectCreated } from "../../aws/object-created.ts"
import type { Database } from "../../db/statement.ts"
import type { PhotoFault } from "../../domain/failure-reason.ts"
import type { Logger } from "../platform/log.ts"
import type { Verdict } from "../platform/queue.ts"
import { failDeadLettered } from "./sql.ts"

export type DeadLetterDependencies = {
  environment: string
  bucket: string
  database: Database
  log: Logger
  /** How long a message is left alone after it was seen to, in ms. */
  revisitAfterMs: number
}

/**
 * Handles a message of the dead-letter queue: its photo fails with a reason, so that the job ends. The message
 * stays for the operators to see, until its photo has been taken up again.
 */
export const failDeadLetter =
  ({ environment, bucket, database, log, revisitAfterMs }: DeadLetterDependencies) =>
  async (body: string, messageId: string, sentAtMs: number): Promise<Verdict> => {
    const original = parseObjectCreated(body, { environment, bucket })
    if (!original)
      return { kind: "retry", reason: "a dead letter that is about no photo", afterMs: revisitAfterMs }
    const { photoId, userId, etag } = original
    const photo = await database.run(failDeadLettered, { photoId, userId, etag, sentAtMs, fault })
    if (photo?.isFailed) log.error({ photoId, messageId }, "photo failed: its message was given up")
    // An operator has taken the photo up since, with a message of its own.
    if (photo?.isStale) return { kind: "done" }
    if (photo?.isDeadLettered)
      return { kind: "retry", reason: "kept for the operators", afterMs: revisitAfterMs }
    // Somebody has it in hand: what comes of it is told soon enough.
    if (photo?.status === "PROCESSING")
      return { kind: "retry", reason: "in other hands", afterMs: revisitAfterMs }
    return { kind: "done" }
  }

const fault: PhotoFault = {
  reason: "PROCESSING_ERROR",
  detail: "The photo could not be processed although it was tried many times. The operators know of it.",
}
