import type { Database } from "../../../db/statement.ts"
import type { UserId } from "../../../domain/ids.ts"
import { originalKey } from "../../../domain/object-key.ts"
import { ok, type Result, refused } from "../../../domain/result.ts"
import { type AnnouncedFile, planUploadJob, type RefusedFile } from "../../../domain/upload-job.ts"
import { newId } from "../../platform/new-id.ts"
import type { ObjectStore } from "../../platform/object-store.ts"
import type { CreateUploadJobResponse } from "./schema.ts"
import { insertUploadJob } from "./sql.ts"

export type CreateUploadJob = { userId: UserId; files: readonly AnnouncedFile[]; traceparent: string }

export type CreateRefusal =
  | { reason: "files_refused"; files: readonly RefusedFile[] }
  | { reason: "user_gone" }

type Dependencies = {
  environment: string
  maxFileBytes: number
  database: Database
  objectStore: ObjectStore
}

/** Promises a batch: one statement writes it, then every URL is signed in process. */
export const createUploadJob = async (
  { environment, maxFileBytes, database, objectStore }: Dependencies,
  command: CreateUploadJob,
): Promise<Result<CreateUploadJobResponse, CreateRefusal>> => {
  const plan = planUploadJob(command.userId, command.files, { maxFileBytes }, newId)
  if (!plan.ok) return refused({ reason: "files_refused", files: plan.error })

  const photos = plan.value.photos.map((photo) => ({
    ...photo,
    s3Key: originalKey(environment, command.userId, photo.photoId),
  }))
  const job = { ...plan.value, photos, traceparent: command.traceparent }
  const { isWritten } = await database.run(insertUploadJob, job)
  if (!isWritten) return refused({ reason: "user_gone" })

  const items = await Promise.all(
    photos.map(async ({ photoId, s3Key, ...expected }) => {
      const { method, url, headers, expiresAt } = await objectStore.presignPut({ key: s3Key, ...expected })
      return {
        photoId,
        method,
        presignedUrl: url,
        headers,
        expiresAt: expiresAt.toISOString(),
        multipart: null,
      }
    }),
  )
  return ok({ jobId: job.jobId, items })
}
