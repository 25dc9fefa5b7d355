import type { Database } from "../../../db/statement.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { partsOf } from "../../../domain/multipart.ts"
import { originalKey } from "../../../domain/object-key.ts"
import { isUploadPending } from "../../../domain/photo-status.ts"
import { err, type NotFound, ok, type Result } from "../../../domain/result.ts"
import type { StoredPart } from "../../clients/object-store/multipart.ts"
import type { ObjectStore } from "../../clients/object-store/object-store.ts"
import type { OpenMultipartUploadResponse } from "./schema.ts"
import { type DeclaredPhoto, keepUploadId, saveParts, selectDeclaredPhoto } from "./sql.ts"

export type OpenMultipartUploadFailure =
  | NotFound
  | { reason: "not_multipart" }
  | { reason: "already_uploaded" }

type Dependencies = {
  environment: string
  database: Database
  objectStore: ObjectStore
  /** Runs work after the response is sent. */
  inBackground: (work: Promise<unknown>) => void
}

/**
 * Opens the multipart upload of a photo, or resumes the open one, and signs a URL for every part. S3 is the source of
 * truth for stored parts; upload_parts is a copy.
 */
export const openMultipartUpload = async (
  dependencies: Dependencies,
  { photoId, userId }: { photoId: PhotoId; userId: UserId },
): Promise<Result<OpenMultipartUploadResponse, OpenMultipartUploadFailure>> => {
  const { environment, database, objectStore, inBackground } = dependencies
  const found = await database.run(selectDeclaredPhoto, { photoId, userId })
  if (!found.ok) return found
  const { bytes, partSize, status } = found.value
  if (partSize === null) return err({ reason: "not_multipart" })
  if (!isUploadPending(status)) return err({ reason: "already_uploaded" })

  const key = originalKey(environment, userId, photoId)
  const upload = await findOrOpen(dependencies, { photoId, userId, key }, found.value)
  if (!upload) return err({ reason: "already_uploaded" })
  if (upload.stored.length > 0) inBackground(database.run(saveParts, { photoId, parts: upload.stored }))

  const isStored = (partNumber: number, size: number) =>
    upload.stored.some((part) => part.partNumber === partNumber && part.bytes === size)
  let expiresAt = new Date(0)
  const parts = await Promise.all(
    partsOf(bytes, partSize).map(async (part) => {
      const { method, url, headers, ...signed } = await objectStore.presignPart(key, upload.uploadId, part)
      expiresAt = signed.expiresAt
      return { ...part, method, presignedUrl: url, headers, isStored: isStored(part.partNumber, part.bytes) }
    }),
  )
  return ok({
    photoId,
    uploadId: upload.uploadId,
    partSize,
    partCount: parts.length,
    expiresAt: expiresAt.toISOString(),
    parts,
  })
}

type Upload = { uploadId: string; stored: readonly StoredPart[] }

/** Null if the photo was uploaded or reached a final status in the meantime. */
const findOrOpen = async (
  { database, objectStore }: Dependencies,
  { key, ...photo }: { photoId: PhotoId; userId: UserId; key: string },
  { type, uploadId: known }: DeclaredPhoto,
): Promise<Upload | null> => {
  if (known !== null) {
    const stored = await objectStore.listParts(key, known)
    if (stored) return { uploadId: known, stored }
  }
  const opened = await objectStore.createMultipart(key, type)
  const kept = await database.run(keepUploadId, { ...photo, known, uploadId: opened })
  if (kept?.uploadId === opened) return { uploadId: opened, stored: [] }

  await objectStore.abortMultipart(key, opened)
  return kept && { uploadId: kept.uploadId, stored: (await objectStore.listParts(key, kept.uploadId)) ?? [] }
}
