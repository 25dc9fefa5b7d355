import type { Database } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { partsOf } from "../../../domain/multipart.ts"
import { originalKey } from "../../../domain/object-key.ts"
import { isUploadPending } from "../../../domain/photo-status.ts"
import { err, type NotFound, ok, type Result } from "../../../domain/result.ts"
import type { StoredPart } from "../../clients/object-store/multipart.ts"
import type { ObjectStore } from "../../clients/object-store/object-store.ts"
import { sendProcessingMessages } from "../../clients/processing-messages.ts"
import type { WorkQueue } from "../../clients/work-queue.ts"
import type { FinalizeUploadResponse } from "./schema.ts"
import { finalizePhoto, forgetUpload } from "./sql.ts"

export type FinalizeUploadFailure =
  | NotFound
  | { reason: "object_missing" }
  | { reason: "upload_lost" }
  | { reason: "parts_missing"; partNumbers: readonly number[] }

type Dependencies = {
  environment: string
  database: Database
  objectStore: ObjectStore
  workQueue: WorkQueue
}

type Photo = { photoId: PhotoId; userId: UserId; key: string }

/**
 * Confirms an upload: an object in S3 is processed even if the S3 event is lost. If S3 has only parts, they are
 * completed to an object first, which needs a second round trip to the database.
 * The key is derived from user and photo, so a request for another user's photo only reads below the caller's prefix.
 */
export const finalizeUpload = async (
  dependencies: Dependencies,
  { photoId, userId }: { photoId: PhotoId; userId: UserId },
): Promise<Result<FinalizeUploadResponse, FinalizeUploadFailure>> => {
  const photo = { photoId, userId, key: originalKey(dependencies.environment, userId, photoId) }
  const settled = await settle(dependencies, photo, [])
  if (!settled.ok) return settled
  const { status, uploadId, partSize, bytes, hasObject } = settled.value
  if (hasObject || !isUploadPending(status)) return ok({ photoId, status })
  if (uploadId === null || partSize === null) return err({ reason: "object_missing" })

  const stored = await dependencies.objectStore.listParts(photo.key, uploadId)
  const chosen = choose(stored ?? [], bytes, partSize)
  if (stored && !chosen.ok) return err({ reason: "parts_missing", partNumbers: chosen.error })
  const parts = stored && chosen.ok ? chosen.value : []
  const isCompleted =
    parts.length > 0 && (await dependencies.objectStore.completeMultipart(photo.key, uploadId, parts))

  // Read again even if the upload is lost: a concurrent request may have completed it.
  const completed = await settle(dependencies, photo, isCompleted ? parts : [])
  if (!completed.ok) return completed
  if (completed.value.hasObject || !isUploadPending(completed.value.status))
    return ok({ photoId, status: completed.value.status })
  if (isCompleted) return err({ reason: "object_missing" })
  await dependencies.database.run(forgetUpload, { photoId, userId, uploadId })
  return err({ reason: "upload_lost" })
}

/** Looks for the object, changes the photo's status and enqueues the photo for processing. */
const settle = async (
  dependencies: Dependencies,
  { photoId, userId, key }: Photo,
  parts: readonly StoredPart[],
) => {
  const { database, objectStore } = dependencies
  const object = await objectStore.head(key)
  const found = await database.run(finalizePhoto, { photoId, userId, etag: object?.etag ?? null, parts })
  if (!found.ok) return found
  if (object && found.value.isMessageDue)
    await sendProcessingMessages(dependencies, userId, [{ photoId, ...object }])
  return ok({ ...found.value, hasObject: object !== null })
}

/** Returns the stored parts if each has its declared length, or the numbers of the missing parts. */
const choose = (
  stored: readonly StoredPart[],
  bytes: number,
  partSize: number,
): Result<StoredPart[], number[]> => {
  const chosen: StoredPart[] = []
  const missing: number[] = []
  for (const planned of partsOf(bytes, partSize)) {
    const part = stored.find((each) => each.partNumber === planned.partNumber && each.bytes === planned.bytes)
    if (part) chosen.push(part)
    else missing.push(planned.partNumber)
  }
  return missing.length > 0 ? err(missing) : ok(chosen)
}
