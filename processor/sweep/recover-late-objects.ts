import { recoverLateObject } from "../platform/late-object.ts"
import { markRemoved } from "./objects-sql.ts"
import { type ExpiredPhoto, takeExpiredPhotos } from "./photos-sql.ts"
import type { SweepContext, TaskCounts } from "./sweep-context.ts"
import { visitPhotos } from "./visit-photos.ts"

/**
 * Looks for objects that arrived after their photos had expired and whose storage events were lost. The photo is
 * processed, or the object is removed if the quota is exhausted.
 */
export const recoverLateObjects = (context: SweepContext): Promise<TaskCounts> => {
  const { quietMs, lateObjectMs } = context.bounds
  return visitPhotos(
    context,
    (limit) => context.database.run(takeExpiredPhotos, { quietMs, lateObjectMs, limit }),
    async ({ photos, forEach, count }) => {
      const outcomes = await forEach(photos, (photo) => recover(context, photo))
      for (const outcome of outcomes) count(outcome, 1)
    },
  )
}

const recover = async (
  context: SweepContext,
  { photoId, s3Key, isFinal }: ExpiredPhoto,
): Promise<Outcome> => {
  const { database, objectStore, workQueue, mayDelete, signal } = context
  const outcome = await recoverLateObject(context, { photoId, key: s3Key }, signal)
  switch (outcome.kind) {
    case "recovered":
      await workQueue.enqueue(outcome.object)
      return "lateRecovered"
    case "no_room":
      if (!mayDelete) return "leftAlone"
      await objectStore.remove(s3Key, signal)
      return "lateRemoved"
    case "none":
      // All upload URLs have expired. If an object appears nevertheless, the listing of the bucket finds it.
      if (isFinal) await database.run(markRemoved, { photoId, isFinal })
      return "leftAlone"
  }
}

type Outcome = "lateRecovered" | "lateRemoved" | "leftAlone"
