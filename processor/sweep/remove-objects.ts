import { isUserId, type PhotoId } from "../../domain/ids.ts"
import { thumbnailVariants } from "../../domain/image.ts"
import { thumbnailKey } from "../../domain/object-key.ts"
import { attemptEach, drain } from "./drain.ts"
import { markRemovalFailed, markRemoved, type RemovablePhoto, selectRemovable } from "./objects-sql.ts"
import type { SweepContext, TaskCounts } from "./sweep-context.ts"

const batchSize = 200
const maxMs = 30_000

/** Removes the objects of deleted and cancelled photos. One sweep tries each photo once. */
export const removeObjectsOfEndedPhotos = async (context: SweepContext): Promise<TaskCounts> => {
  const { database, bounds, mayDelete, signal, log } = context
  if (!mayDelete) return {}
  let photosRemoved = 0
  const failed: PhotoId[] = []
  await drain({
    take: () => database.run(selectRemovable, { graceMs: bounds.lateObjectMs, failed, limit: batchSize }),
    handle: async (photos) => {
      const alreadyFailed = failed.length
      const removed = await attemptEach(
        photos,
        (photo) => removeObjects(context, photo),
        ({ photoId }, err) => {
          log.warn({ err, photoId }, "objects not removed")
          failed.push(photoId)
        },
      )
      await database.run(markRemovalFailed, { photoIds: failed.slice(alreadyFailed) })
      photosRemoved += removed.length
      return removed.length
    },
    batchSize,
    maxMs,
    signal,
  })
  return { photosRemoved }
}

const removeObjects = async (
  { database, objectStore, environment, signal }: SweepContext,
  { photoId, s3Key, uploadId, isFinal }: RemovablePhoto,
): Promise<void> => {
  const userId = s3Key.split("/")[1] ?? ""
  const thumbnails = isUserId(userId)
    ? thumbnailVariants.map((variant) => thumbnailKey(environment, userId, photoId, variant))
    : []
  await Promise.all([s3Key, ...thumbnails].map((key) => objectStore.remove(key, signal)))
  if (uploadId !== null) await objectStore.abortUpload(s3Key, uploadId, signal)
  await database.run(markRemoved, { photoId, isFinal })
}
