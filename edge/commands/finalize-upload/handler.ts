import type { Database } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { originalKey } from "../../../domain/object-key.ts"
import { ok, type Result, refused } from "../../../domain/result.ts"
import type { ObjectStore } from "../../platform/object-store.ts"
import type { WorkQueue } from "../../platform/work-queue.ts"
import type { FinalizeUploadResponse } from "./schema.ts"
import { finalizePhoto } from "./sql.ts"

export type FinalizeRefusal = "not_found" | "object_missing"

type Dependencies = {
  environment: string
  database: Database
  objectStore: ObjectStore
  workQueue: WorkQueue
}

/**
 * Settles an upload: with the object in S3 its processing is certain, whether or not S3's own event comes.
 * The key follows from user and photo, so a stranger's photo is looked for where the stranger may look.
 */
export const finalizeUpload = async (
  { environment, database, objectStore, workQueue }: Dependencies,
  { photoId, userId }: { photoId: PhotoId; userId: UserId },
): Promise<Result<FinalizeUploadResponse, FinalizeRefusal>> => {
  const key = originalKey(environment, userId, photoId)
  const object = await objectStore.head(key)
  const photo = await database.run(finalizePhoto, { photoId, userId, etag: object?.etag ?? null })
  if (!photo) return refused("not_found")

  // Announced after the commit and as often as asked until a processor claims it: losing the message costs a retry.
  if (object && photo.isUnclaimed) await workQueue.announce({ key, ...object })
  const isWaiting = photo.status === "QUEUED" || photo.status === "UPLOADING"
  return !object && isWaiting ? refused("object_missing") : ok({ photoId, status: photo.status })
}
