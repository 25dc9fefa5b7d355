import type { Database } from "../../../db/statement.ts"
import type { Checksum } from "../../../domain/checksum.ts"
import type { JobId, PhotoId, UserId } from "../../../domain/ids.ts"
import { isTerminalJob, type JobStatus } from "../../../domain/job-status.ts"
import type { PhotoUpload } from "../../../domain/photo.ts"
import { err, type NotFound, ok, type Result } from "../../../domain/result.ts"
import type { ObjectStore } from "../../clients/object-store/object-store.ts"
import { type UploadItem, uploadItemOf } from "../../clients/object-store/presigned-upload.ts"
import { declareHashes } from "./declare-hashes-sql.ts"
import { selectPendingUploads } from "./sql.ts"

export type RenewUploadJobFailure =
  | NotFound
  | { reason: "already_uploaded"; status: JobStatus }
  | { reason: "photos_refused"; photos: readonly RefusedPhoto[] }

/** A photo of the request that is not in the job, or that was declared with another SHA-256. */
export type RefusedPhoto = { index: number; reason: "unknown" | "conflict" }

type Dependencies = {
  database: Database
  objectStore: ObjectStore
  /** Runs work after the response is sent. */
  inBackground: (work: Promise<unknown>) => void
}

type Job = { jobId: JobId; userId: UserId }

/** Signs new URLs for the photos of a job that are not uploaded yet. */
export const renewPendingUploads = async (
  { database, objectStore }: Dependencies,
  job: Job,
): Promise<Result<UploadItem[], RenewUploadJobFailure>> => {
  const found = await database.run(selectPendingUploads, job)
  if (!found.ok) return found
  const { status, photos } = found.value
  if (isTerminalJob(status)) return err({ reason: "already_uploaded", status })
  return ok(await signAll(objectStore, photos))
}

/** Stores the hashes of photos in one statement, and signs new URLs for those that are neither stored nor duplicates. */
export const renewWithHashes = async (
  { database, objectStore, inBackground }: Dependencies,
  job: Job,
  photos: readonly { photoId: PhotoId; sha256?: Checksum | undefined }[],
): Promise<Result<UploadItem[], RenewUploadJobFailure>> => {
  const hashes = photos.map(({ photoId, sha256 }) => ({ photoId, sha256: sha256 ?? null }))
  const found = await database.run(declareHashes, { ...job, photos: hashes })
  if (!found.ok) return found
  const { refused, photos: declared, abandoned } = found.value
  if (refused.length > 0) return err({ reason: "photos_refused", photos: refused })
  for (const { s3Key, uploadId } of abandoned) inBackground(objectStore.abortMultipart(s3Key, uploadId))
  return ok(await signAll(objectStore, declared))
}

const signAll = (objectStore: ObjectStore, photos: readonly PhotoUpload[]) =>
  Promise.all(photos.map((photo) => uploadItemOf(objectStore, photo)))
