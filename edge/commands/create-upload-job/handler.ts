import type { Database } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import { originalKey } from "../../../domain/object-key.ts"
import type { PhotoUpload } from "../../../domain/photo.ts"
import { err, ok, type Result } from "../../../domain/result.ts"
import {
  type DeclaredFile,
  planUploadJob,
  type RejectedFile,
  type UploadLimits,
} from "../../../domain/upload-job.ts"
import type { ObjectStore } from "../../clients/object-store/object-store.ts"
import { uploadItemOf } from "../../clients/object-store/presigned-upload.ts"
import { newId } from "../../new-id.ts"
import type { CreateUploadJobResponse } from "./schema.ts"
import { insertUploadJob } from "./sql.ts"

export type CreateUploadJob = {
  userId: UserId
  files: readonly DeclaredFile[]
  allowDuplicates: boolean
  importKeywords: boolean
  traceparent: string
  idempotencyKey: string | null
  /** SHA-256 of the request. */
  fingerprint: string
}

export type CreateUploadJobFailure =
  | { reason: "files_rejected"; files: readonly RejectedFile[] }
  | { reason: "key_reused" }
  | { reason: "key_in_use" }
  | { reason: "quota_exceeded" }

export type Created = Omit<CreateUploadJobResponse, "storageEvents"> & { isReplayed: boolean }

type Dependencies = {
  environment: string
  limits: UploadLimits
  database: Database
  objectStore: ObjectStore
}

/** Creates a job in one statement, then signs the URLs of the photos that are not uploaded yet. */
export const createUploadJob = async (
  { environment, limits, database, objectStore }: Dependencies,
  { userId, files, ...request }: CreateUploadJob,
): Promise<Result<Created, CreateUploadJobFailure>> => {
  const plan = planUploadJob(newId.job(), userId, files, limits)
  if (!plan.ok) return err({ reason: "files_rejected", files: plan.error })

  const photos = plan.value.photos.map((photo) => ({
    ...photo,
    s3Key: originalKey(environment, userId, photo.photoId),
  }))
  const written = await database.run(insertUploadJob, { ...plan.value, photos, ...request })
  switch (written.outcome) {
    case "created": {
      const originals = new Map(written.duplicates.map(({ photoId, duplicateOf }) => [photoId, duplicateOf]))
      const declared = photos.map((photo): PhotoUpload => {
        const duplicateOf = originals.get(photo.photoId)
        return duplicateOf
          ? { photoId: photo.photoId, status: "DUPLICATE", duplicateOf }
          : { ...photo, status: "QUEUED", uploadId: null }
      })
      return ok({
        jobId: plan.value.jobId,
        items: await signAll(objectStore, declared),
        isReplayed: false,
      })
    }
    case "replayed":
      return ok({
        jobId: written.jobId,
        items: await signAll(objectStore, written.photos),
        isReplayed: true,
      })
    default:
      return err({ reason: written.outcome })
  }
}

const signAll = (objectStore: ObjectStore, photos: readonly PhotoUpload[]) =>
  Promise.all(photos.map((photo) => uploadItemOf(objectStore, photo)))
