import { originalsPrefix } from "../../aws/object-key-prefix.ts"
import type { UploadMarker } from "../platform/object-store.ts"
import { selectKnownPhotos } from "./objects-sql.ts"
import { photoIdInKey } from "./photo-id-in-key.ts"
import type { SweepContext, TaskCounts } from "./sweep-context.ts"

/** Aborts multipart uploads that no photo waits for: their parts cost money and are part of no object. */
export const abortAbandonedUploads = async (context: SweepContext): Promise<TaskCounts> => {
  const { database, objectStore, environment, bounds, mayDelete, signal } = context
  if (!mayDelete) return {}
  let uploadsAborted = 0
  let after: UploadMarker | null = null
  do {
    const page = await objectStore.listUploads(originalsPrefix(environment), after, signal)
    const old = page.items.filter(({ startedAt }) => startedAt.getTime() < Date.now() - bounds.lateObjectMs)
    const photos = await database.run(selectKnownPhotos, {
      photoIds: old.map(({ key }) => photoIdInKey(key)),
    })
    const known = new Map(photos.map((photo) => [photo.photoId, photo]))
    for (const { key, uploadId } of old) {
      const photo = known.get(photoIdInKey(key))
      if (photo?.isWaiting && photo.uploadId === uploadId) continue
      await objectStore.abortUpload(key, uploadId, signal)
      uploadsAborted += 1
    }
    after = page.next
  } while (after)
  return { uploadsAborted }
}
