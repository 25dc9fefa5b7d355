import type { ApiClient } from "../../client/sdk/src/api/api-client.ts"
import { retrying } from "./retrying.ts"

/** How long uploads are collected for one finalize call, in ms. A call for 500 uploads costs as much as one for 1. */
const batchDelayMs = 200

/** Maximum number of photos in one call. */
const maxPhotosPerCall = 500

/** Interval between two polls of the job while waiting for storage events, in ms. */
const pollMs = 500

/** S3 has no object for a photo whose PUT succeeded. */
export class UploadNotStored extends Error {
  override name = "UploadNotStored"
}

/**
 * Returns a function that confirms one upload of a job to a server that has no storage events. Uploads that
 * finish at about the same time share a call.
 * @throws ApiProblem, UploadNotStored, or what `fetch` throws (by the returned function)
 */
export const batchedFinalize = (api: ApiClient, jobId: string): ((photoId: string) => Promise<void>) => {
  const pending = new Map<string, PromiseWithResolvers<void>>()
  let isRunning = false

  const finalizePending = async () => {
    isRunning = true
    while (pending.size > 0) {
      await delay(batchDelayMs)
      const batch = [...pending].slice(0, maxPhotosPerCall)
      for (const [photoId] of batch) pending.delete(photoId)
      try {
        const missing = await finalize(
          api,
          jobId,
          batch.map(([photoId]) => photoId),
        )
        for (const [photoId, { resolve, reject }] of batch) {
          if (missing.has(photoId)) reject(new UploadNotStored(photoId))
          else resolve()
        }
      } catch (error) {
        for (const [, { reject }] of batch) reject(error)
      }
    }
    isRunning = false
  }

  return (photoId) => {
    const confirmation = pending.get(photoId) ?? Promise.withResolvers<void>()
    pending.set(photoId, confirmation)
    if (!isRunning) void finalizePending()
    return confirmation.promise
  }
}

/**
 * Waits up to `waitMs` until S3 events have confirmed the uploads, and finalizes those that are still unconfirmed.
 * Returns the photos for which S3 has no object.
 * @throws ApiProblem, or what `fetch` throws
 */
export const finalizeUnconfirmed = async (
  api: ApiClient,
  jobId: string,
  photoIds: readonly string[],
  waitMs: number,
): Promise<ReadonlySet<string>> => {
  const uploaded = new Set(photoIds)
  const deadline = Date.now() + waitMs
  for (;;) {
    const { items } = await retrying(() => api.getUploadJob(jobId))
    const unconfirmed = items
      .filter(({ photoId, status }) => uploaded.has(photoId) && pendingStatuses.has(status))
      .map(({ photoId }) => photoId)
    if (unconfirmed.length === 0) return new Set()
    if (Date.now() >= deadline) return finalize(api, jobId, unconfirmed)
    await delay(pollMs)
  }
}

const pendingStatuses: ReadonlySet<string> = new Set(["QUEUED", "UPLOADING"])

const finalize = async (api: ApiClient, jobId: string, photoIds: string[]): Promise<Set<string>> => {
  const { items } = await retrying(() => api.finalizeUploadJob(jobId, { photoIds }))
  const missing = items.filter(({ outcome }) => outcome === "object_missing" || outcome === "not_found")
  return new Set(missing.map(({ photoId }) => photoId))
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
