import type { PhotoFault } from "../../domain/failure-reason.ts"
import { clearLastSweep, giveUpPhoto, recoverPhoto, takeUnfinished, type UnfinishedPhoto } from "./sql.ts"
import type { SweepContext } from "./sweep-context.ts"

const batchSize = 200
const concurrency = 8

/**
 * Looks after photos that nothing was heard of: an object whose event was lost is processed after all, a message
 * that was lost is sent again, and what took too long fails with a reason, so that every job ends.
 */
export const settleUnfinished = async (context: SweepContext): Promise<Record<string, number>> => {
  const photos = await context.database.run(takeUnfinished, {
    quietMs: context.bounds.quietMs,
    limit: batchSize,
  })
  const counts: Record<string, number> = {}
  const waiting = [...photos]
  const worker = async () => {
    for (let photo = waiting.shift(); photo; photo = waiting.shift()) {
      const outcome = await settle(context, photo).catch(async (err: unknown) => {
        context.log.warn({ err, photoId: photo?.photoId }, "photo not settled")
        if (photo) await context.database.run(clearLastSweep, { photoId: photo.photoId })
        return "failed" as const
      })
      counts[outcome] = (counts[outcome] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return counts
}

type Outcome = "recovered" | "requeued" | "expired" | "gaveUp" | "leftAlone"

const settle = async (context: SweepContext, photo: UnfinishedPhoto): Promise<Outcome> => {
  if (photo.status === "PROCESSING") return settleProcessing(context, photo)
  const { database, objectStore, workQueue, bounds, signal } = context
  const object = await objectStore.head(photo.s3Key, signal)
  if (object) {
    const { isRecovered } = await database.run(recoverPhoto, { photoId: photo.photoId, etag: object.etag })
    await workQueue.enqueue({ key: photo.s3Key, ...object })
    return isRecovered ? "recovered" : "leftAlone"
  }
  if (photo.ageMs < bounds.uploadMs) return "leftAlone"
  const { isGivenUp } = await giveUp(context, photo, expired)
  if (isGivenUp && photo.uploadId !== null) await objectStore.abortUpload(photo.s3Key, photo.uploadId, signal)
  return isGivenUp ? "expired" : "leftAlone"
}

const settleProcessing = async (context: SweepContext, photo: UnfinishedPhoto): Promise<Outcome> => {
  if (photo.isInHand) return "leftAlone"
  if (photo.ageMs >= context.bounds.processingMs)
    return (await giveUp(context, photo, unprocessable)).isGivenUp ? "gaveUp" : "leftAlone"
  // A message that still is in the queue makes this one a duplicate, and duplicates change nothing.
  await context.workQueue.enqueue({ key: photo.s3Key, etag: photo.etag ?? "", bytes: photo.bytes })
  return "requeued"
}

const giveUp = ({ database }: SweepContext, { photoId, status }: UnfinishedPhoto, fault: PhotoFault) =>
  database.run(giveUpPhoto, { photoId, status, fault })

const expired: PhotoFault = {
  reason: "EXPIRED",
  detail: "The photo was announced, but its bytes never came. Upload it again.",
}

const unprocessable: PhotoFault = {
  reason: "PROCESSING_ERROR",
  detail: "The photo could not be processed in time, for a reason that is not the photo's.",
}
