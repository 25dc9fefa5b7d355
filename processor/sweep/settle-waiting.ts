import type { PhotoFault } from "../../domain/failure-reason.ts"
import { failUnfinishedPhotos, recoverPhotos, takeWaitingPhotos, type WaitingPhoto } from "./photos-sql.ts"
import type { SweepContext, TaskCounts } from "./sweep-context.ts"
import { type Visit, visitPhotos } from "./visit-photos.ts"

/**
 * Looks for the objects of photos that have waited for a while. A photo whose storage event was lost is processed. A
 * photo that was not uploaded in time fails as EXPIRED, so that every job reaches a final status.
 */
export const settleWaiting = (context: SweepContext): Promise<TaskCounts> =>
  visitPhotos(
    context,
    (limit) => context.database.run(takeWaitingPhotos, { quietMs: context.bounds.quietMs, limit }),
    (visit) => settle(context, visit),
  )

const settle = async (
  { database, objectStore, workQueue, bounds, mayDelete, signal }: SweepContext,
  { photos, forEach, count }: Visit<WaitingPhoto>,
): Promise<void> => {
  const checked = await forEach(photos, async (photo) => ({
    ...photo,
    object: await objectStore.head(photo.s3Key, signal),
  }))
  const found = checked.flatMap(({ object, ...photo }) => (object ? { ...photo, object } : []))
  const recovered = await database.run(recoverPhotos, {
    photos: found.map(({ photoId, object }) => ({ photoId, etag: object.etag })),
  })
  await forEach(found, ({ object }) => workQueue.enqueue(object))
  count("recovered", recovered.length)

  const late = checked.filter(({ object, ageMs }) => !object && ageMs >= bounds.uploadMs)
  const expired = new Set(
    await database.run(failUnfinishedPhotos, {
      photoIds: late.map(({ photoId }) => photoId),
      statuses: ["QUEUED", "UPLOADING"],
      fault,
    }),
  )
  count("expired", expired.size)
  // While the sweep may not delete, the uploads stay; they are aborted later as abandoned uploads.
  if (mayDelete)
    await forEach(
      late.filter(({ photoId }) => expired.has(photoId)),
      async ({ s3Key, uploadId }) => {
        if (uploadId !== null) await objectStore.abortUpload(s3Key, uploadId, signal)
      },
    )
}

const fault: PhotoFault = {
  reason: "EXPIRED",
  detail: "The file was not uploaded in time. Upload it again.",
}
