import * as z from "zod"
import { isJobId, isPhotoId } from "../../../domain/ids.ts"
import { photoStatuses } from "../../../domain/photo-status.ts"
import { maxPhotosPerJob } from "../../../domain/upload-job.ts"

export const finalizeUploadJobParams = z.object({ jobId: z.string().refine(isJobId) })

export const finalizeUploadJobRequest = z.object({
  /** The photos to finalize. If absent: all photos of the job that are not uploaded yet. */
  photoIds: z
    .array(z.string().refine(isPhotoId, "must be a photo id"))
    .min(1)
    .max(maxPhotosPerJob)
    .optional(),
})

/**
 * - `finalized`: this call changed the photo's status to PROCESSING.
 * - `unchanged`: the photo was uploaded or finished before this call.
 * - `object_missing`: S3 has no object. PUT the file to its presigned URL.
 * - `multipart`: the photo is uploaded in parts. Finalize it with `POST /commands/upload/{photoId}/finalize`.
 * - `not_found`: the job has no such photo.
 */
const outcomes = ["finalized", "unchanged", "object_missing", "multipart", "not_found"] as const

const finalizedPhoto = z.object({
  photoId: z.string(),
  outcome: z.enum(outcomes),
  /** Null when the job has no such photo. */
  status: z.enum(photoStatuses).nullable(),
})

export const finalizeUploadJobResponse = z.object({ jobId: z.string(), items: z.array(finalizedPhoto) })

export type FinalizeUploadJobResponse = z.infer<typeof finalizeUploadJobResponse>
