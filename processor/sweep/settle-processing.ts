import type { PhotoFault } from "../../domain/failure-reason.ts"
import { failUnfinishedPhotos, markRequeued, takeUnleasedPhotos, type UnleasedPhoto } from "./photos-sql.ts"
import type { SweepContext, TaskCounts } from "./sweep-context.ts"
import { type Visit, visitPhotos } from "./visit-photos.ts"

/**
 * Sends the message again for every PROCESSING photo without an active lease. A photo past its time limit fails only
 * after its message was sent once more and was not processed successfully.
 */
export const settleProcessing = (context: SweepContext): Promise<TaskCounts> => {
  const { quietMs, processingMs } = context.bounds
  return visitPhotos(
    context,
    (limit) => context.database.run(takeUnleasedPhotos, { quietMs, processingMs, limit }),
    (visit) => settle(context, visit),
  )
}

const settle = async (
  { database, workQueue }: SweepContext,
  { photos, forEach, count }: Visit<UnleasedPhoto>,
): Promise<void> => {
  const requeued = await forEach(
    photos.filter(({ isExhausted }) => !isExhausted),
    async ({ photoId, object }) => {
      // If the first message is still in the queue, this one is a duplicate, which has no effect.
      await workQueue.enqueue(object)
      return photoId
    },
  )
  await database.run(markRequeued, { photoIds: requeued })
  count("requeued", requeued.length)

  const exhausted = photos.filter(({ isExhausted }) => isExhausted).map(({ photoId }) => photoId)
  const failed = await database.run(failUnfinishedPhotos, {
    photoIds: exhausted,
    statuses: ["PROCESSING"],
    fault,
  })
  count("timedOut", failed.length)
}

const fault: PhotoFault = {
  reason: "PROCESSING_ERROR",
  detail: "The photo could not be processed in time because of a fault of the service.",
}
