import { originalsPrefix, thumbnailsPrefix } from "../../aws/object-key-prefix.ts"
import { isPhotoId, isUserId } from "../../domain/ids.ts"
import { thumbnailVariants } from "../../domain/image.ts"
import { thumbnailKey } from "../../domain/object-key.ts"
import type { UploadMarker } from "../platform/object-store.ts"
import { markRemoved, selectRemovable, selectWanted } from "./sql.ts"
import type { SweepContext } from "./sweep-context.ts"

const batchSize = 200

/** Removes the objects of photos that were deleted or cancelled. */
export const removeObjectsOfGonePhotos = async (context: SweepContext): Promise<Record<string, number>> => {
  const { database, objectStore, environment, bounds, signal, log } = context
  const photos = await database.run(selectRemovable, { graceMs: bounds.lateObjectMs, limit: batchSize })
  let photosRemoved = 0
  for (const { photoId, s3Key, uploadId, isFinal } of photos) {
    try {
      const userId = s3Key.split("/")[1] ?? ""
      const thumbnails = isUserId(userId)
        ? thumbnailVariants.map((variant) => thumbnailKey(environment, userId, photoId, variant))
        : []
      await Promise.all([s3Key, ...thumbnails].map((key) => objectStore.remove(key, signal)))
      if (uploadId !== null) await objectStore.abortUpload(s3Key, uploadId, signal)
      await database.run(markRemoved, { photoId, isFinal })
      photosRemoved += 1
    } catch (err) {
      // The next photo is not to wait for this one.
      log.warn({ err, photoId }, "objects not removed")
    }
  }
  return { photosRemoved }
}

/** Aborts multipart uploads that no photo waits for: their parts cost money and nobody sees them. */
export const abortAbandonedUploads = async (context: SweepContext): Promise<Record<string, number>> => {
  const { database, objectStore, environment, bounds, signal } = context
  let aborted = 0
  let after: UploadMarker | null = null
  do {
    const page = await objectStore.listUploads(originalsPrefix(environment), after, signal)
    const old = page.items.filter(({ startedAt }) => startedAt.getTime() < Date.now() - bounds.lateObjectMs)
    const photos = await database.run(selectWanted, { photoIds: old.map(({ key }) => photoIdOf(key)) })
    const wanted = new Map(photos.map((photo) => [photo.photoId, photo]))
    for (const { key, uploadId } of old) {
      const photo = wanted.get(photoIdOf(key))
      if (photo?.isWaiting && photo.uploadId === uploadId) continue
      await objectStore.abortUpload(key, uploadId, signal)
      aborted += 1
    }
    after = page.next
  } while (after)
  return { uploadsAborted: aborted }
}

/**
 * Finds objects that belong to no photo, a page of each prefix in one go, and removes those that are older than
 * the grace time: rows are written before any URL is given away, so an object without a row has no owner.
 */
export const removeOrphans = () => {
  const after = new Map<string, string | null>()
  return async (context: SweepContext): Promise<Record<string, number>> => {
    const { database, objectStore, environment, bounds, signal, log } = context
    let removed = 0
    for (const prefix of [originalsPrefix(environment), thumbnailsPrefix(environment)]) {
      const page = await objectStore.list(prefix, after.get(prefix) ?? null, signal)
      after.set(prefix, page.next)
      const old = page.items.filter(({ modifiedAt }) => modifiedAt.getTime() < Date.now() - bounds.orphanMs)
      if (old.length === 0) continue
      const known = await database.run(selectWanted, { photoIds: old.map(({ key }) => photoIdOf(key)) })
      const ids = new Set(known.map(({ photoId }) => photoId))
      for (const { key } of old) {
        if (ids.has(photoIdOf(key))) continue
        log.warn({ key }, "orphaned object removed")
        await objectStore.remove(key, signal)
        removed += 1
      }
    }
    return { orphansRemoved: removed }
  }
}

/** The photo in a key of either shape, or a text that is no photo's id. */
const photoIdOf = (key: string): string => key.split("/").find(isPhotoId) ?? key
