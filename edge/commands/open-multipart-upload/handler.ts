import type { Database } from "../../../db/statement.ts"
import type { Checksum } from "../../../domain/checksum.ts"
import type { PhotoId, UserId } from "../../../domain/ids.ts"
import { type PlannedPart, partsOf } from "../../../domain/multipart.ts"
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
  /** The upload was opened with part checksums, and the request has none, or the other way round. */
  | { reason: "other_checksum_mode"; hasPartChecksums: boolean }
  /** The file has no such parts. `indexes` are places in the request. */
  | { reason: "parts_unknown"; partCount: number; indexes: readonly number[] }

type Dependencies = {
  environment: string
  database: Database
  objectStore: ObjectStore
  /** Runs work after the response is sent. */
  inBackground: (work: Promise<unknown>) => void
}

type NamedPart = { partNumber: number; sha256: Checksum }

type OpenMultipartUpload = {
  photoId: PhotoId
  userId: UserId
  /** The parts to upload next, with their checksums. Null: the upload has no part checksums. */
  parts: readonly NamedPart[] | null
}

/**
 * Opens the multipart upload of a photo, or resumes the open one, and signs a URL for every part; with part checksums
 * for the parts of the request and the stored ones. S3 is the source of truth for stored parts; upload_parts is a copy.
 */
export const openMultipartUpload = async (
  dependencies: Dependencies,
  { photoId, userId, parts: named }: OpenMultipartUpload,
): Promise<Result<OpenMultipartUploadResponse, OpenMultipartUploadFailure>> => {
  const { environment, database, objectStore, inBackground } = dependencies
  const found = await database.run(selectDeclaredPhoto, { photoId, userId })
  if (!found.ok) return found
  const { bytes, partSize, status } = found.value
  if (partSize === null) return err({ reason: "not_multipart" })
  if (!isUploadPending(status)) return err({ reason: "already_uploaded" })
  const planned = partsOf(bytes, partSize)
  const indexes = (named ?? []).flatMap(({ partNumber }, index) => (planned[partNumber - 1] ? [] : [index]))
  if (indexes.length > 0) return err({ reason: "parts_unknown", partCount: planned.length, indexes })

  const photo = { photoId, userId, key: originalKey(environment, userId, photoId) }
  const upload = await findOrOpen(dependencies, photo, found.value, named !== null)
  if (!upload) return err({ reason: "already_uploaded" })
  const { uploadId, stored, hasPartChecksums } = upload
  if (hasPartChecksums !== (named !== null)) return err({ reason: "other_checksum_mode", hasPartChecksums })
  if (stored.length > 0) inBackground(database.run(saveParts, { photoId, parts: stored }))

  let expiresAt = new Date(0)
  const parts = await Promise.all(
    partsToSign(planned, stored, named).map(async ({ sha256, isStored, ...part }) => {
      const signed = await objectStore.presignPart(photo.key, uploadId, { ...part, sha256 })
      expiresAt = signed.expiresAt
      return { ...part, method: signed.method, presignedUrl: signed.url, headers: signed.headers, isStored }
    }),
  )
  return ok({
    photoId,
    uploadId,
    partSize,
    partCount: planned.length,
    expiresAt: expiresAt.toISOString(),
    parts,
  })
}

type PartToSign = PlannedPart & { sha256: Checksum | null; isStored: boolean }

/** Every part; with part checksums the parts of the request and the stored ones, whose checksums are known. */
const partsToSign = (
  planned: readonly PlannedPart[],
  stored: readonly StoredPart[],
  named: readonly NamedPart[] | null,
): PartToSign[] => {
  const storedByNumber = new Map(stored.map((part) => [part.partNumber, part]))
  const namedByNumber = new Map(named?.map(({ partNumber, sha256 }) => [partNumber, sha256]))
  return planned.flatMap((part): PartToSign[] => {
    const known = storedByNumber.get(part.partNumber)
    const isComplete = known?.bytes === part.bytes
    if (named === null) return [{ ...part, sha256: null, isStored: isComplete }]
    const storedSha256 = isComplete ? known.sha256 : null
    const sha256 = namedByNumber.get(part.partNumber) ?? storedSha256
    return sha256 === null ? [] : [{ ...part, sha256, isStored: sha256 === storedSha256 }]
  })
}

type Upload = { uploadId: string; stored: readonly StoredPart[]; hasPartChecksums: boolean }

/** Null if the photo was uploaded or reached a final status in the meantime. */
const findOrOpen = async (
  { database, objectStore }: Dependencies,
  { key, ...photo }: { photoId: PhotoId; userId: UserId; key: string },
  { type, uploadId: known, ...declared }: DeclaredPhoto,
  hasPartChecksums: boolean,
): Promise<Upload | null> => {
  if (known !== null) {
    const stored = await objectStore.listParts(key, known)
    if (stored) return { uploadId: known, stored, hasPartChecksums: declared.hasPartChecksums }
  }
  const opened = await objectStore.createMultipart(key, type, hasPartChecksums)
  const kept = await database.run(keepUploadId, { ...photo, known, uploadId: opened, hasPartChecksums })
  if (kept?.uploadId === opened) return { ...kept, stored: [] }

  await objectStore.abortMultipart(key, opened)
  return kept && { ...kept, stored: (await objectStore.listParts(key, kept.uploadId)) ?? [] }
}
