import type { Database } from "../../../db/statement.ts"
import {
  isPhotoId,
  type JobId,
  type PhotoId,
  photoIdAt,
  photoPosition,
  type UserId,
} from "../../../domain/ids.ts"
import { originalKey } from "../../../domain/object-key.ts"
import { type NotFound, ok, type Result } from "../../../domain/result.ts"
import { maxPhotosPerJob } from "../../../domain/upload-job.ts"
import type { ObjectStore } from "../../clients/object-store/object-store.ts"
import { sendProcessingMessages } from "../../clients/processing-messages.ts"
import type { WorkQueue } from "../../clients/work-queue.ts"
import type { FinalizeUploadJobResponse } from "./schema.ts"
import { finalizePhotosOfJob } from "./sql.ts"

type Dependencies = {
  environment: string
  database: Database
  objectStore: ObjectStore
  workQueue: WorkQueue
}

export type FinalizeUploadJob = { jobId: JobId; userId: UserId; photoIds: readonly PhotoId[] | null }

/**
 * Confirms the uploads of a job with one S3 listing and one statement: the ids of a job's photos are derived
 * from the job's id, so the listing needs no query (docs/decisions/0020-finalize-a-whole-job.md). The keys are derived
 * from user and photo, so another user's job id results in a range without objects.
 */
export const finalizeUploadJob = async (
  dependencies: Dependencies,
  request: FinalizeUploadJob,
): Promise<Result<FinalizeUploadJobResponse, NotFound>> => {
  const { jobId, userId, photoIds } = request
  const objects = await listOriginals(dependencies, request)
  const found = await dependencies.database.run(finalizePhotosOfJob, {
    jobId,
    userId,
    photoIds,
    objects: objects.map(({ photoId, etag }) => ({ photoId, etag })),
  })
  if (!found.ok) return found
  const photos = found.value

  const due = new Set(photos.filter(({ isMessageDue }) => isMessageDue).map(({ photoId }) => photoId))
  await sendProcessingMessages(
    dependencies,
    userId,
    objects.filter(({ photoId }) => due.has(photoId)),
  )
  const outcomes = new Map(photos.map(({ isMessageDue: _, ...photo }) => [photo.photoId, photo]))
  const items = [...new Set(photoIds ?? outcomes.keys())].map(
    (photoId) => outcomes.get(photoId) ?? ({ photoId, outcome: "not_found", status: null } as const),
  )
  return ok({ jobId, items })
}

/** Lists the stored originals of the job, or of the requested photos. */
const listOriginals = async (
  { environment, objectStore }: Dependencies,
  { jobId, userId, photoIds }: FinalizeUploadJob,
) => {
  const positions = (photoIds ?? [])
    .map((photoId) => photoPosition(jobId, photoId))
    .filter((position) => position >= 1 && position <= maxPhotosPerJob)
  if (photoIds && positions.length === 0) return []
  const first = photoIds ? Math.min(...positions) : 1
  const last = photoIds ? Math.max(...positions) : maxPhotosPerJob
  const keyAt = (position: number) => originalKey(environment, userId, photoIdAt(jobId, position))
  const objects = await objectStore.list({
    prefix: `${environment}/${userId}/`,
    startAfter: keyAt(first - 1),
    endAt: keyAt(last),
    maxKeys: last - first + 1,
  })
  return objects.flatMap((object) => {
    const photoId = object.key.split("/")[2]
    return photoId && isPhotoId(photoId) ? [{ photoId, ...object }] : []
  })
}
