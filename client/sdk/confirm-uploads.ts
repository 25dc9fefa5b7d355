import type { ApiClient } from "./api-client.ts"
import { retrying } from "./retrying.ts"

/** How long uploads are gathered before a call that finalizes them, in ms: a call costs the same for 1 and for 500. */
const gatherMs = 200

/** The most photos of one call. */
const maxPhotosPerCall = 500

/** Between two looks at the job while the storage events are awaited, in ms. */
const lookEveryMs = 500

/** S3 has no object for a photo whose PUT succeeded. */
export class UploadNotStored extends Error {
  override name = "UploadNotStored"
}

/**
 * Returns a function that confirms one upload of a job to a server that has no storage events. Uploads that end
 * about the same time share a call.
 * @throws ApiProblem, UploadNotStored, or what `fetch` throws (from the returned function)
 */
export const batchedFinalize = (api: ApiClient, jobId: string): ((photoId: string) => Promise<void>) => {
  const waiting = new Map<string, PromiseWithResolvers<void>>()
  let isRunning = false

  const finalizeWaiting = async () => {
    isRunning = true
    while (waiting.size > 0) {
      await pause(gatherMs)
      const batch = [...waiting].slice(0, maxPhotosPerCall)
      for (const [photoId] of batch) waiting.delete(photoId)
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
    const confirmation = waiting.get(photoId) ?? Promise.withResolvers<void>()
    waiting.set(photoId, confirmation)
    if (!isRunning) void finalizeWaiting()
    return confirmation.promise
  }
}

/**
 * Waits until the server has learned of the uploads from S3, at most `waitMs`, and finalizes those of which it has
 * not. Returns the photos for which S3 has no object.
 * @throws ApiProblem, or what `fetch` throws
 */
export const finalizeUnmoved = async (
  api: ApiClient,
  jobId: string,
  photoIds: readonly string[],
  waitMs: number,
): Promise<ReadonlySet<string>> => {
  const uploaded = new Set(photoIds)
  const deadline = Date.now() + waitMs
  for (;;) {
    const { items } = await retrying(() => api.getUploadJob(jobId))
    const unmoved = items
      .filter(({ photoId, status }) => uploaded.has(photoId) && waitingStatuses.has(status))
      .map(({ photoId }) => photoId)
    if (unmoved.length === 0) return new Set()
    if (Date.now() >= deadline) return finalize(api, jobId, unmoved)
    await pause(lookEveryMs)
  }
}

const waitingStatuses: ReadonlySet<string> = new Set(["QUEUED", "UPLOADING"])

const finalize = async (api: ApiClient, jobId: string, photoIds: string[]): Promise<Set<string>> => {
  const { items } = await retrying(() => api.finalizeUploadJob(jobId, { photoIds }))
  const missing = items.filter(({ outcome }) => outcome === "object_missing" || outcome === "not_found")
  return new Set(missing.map(({ photoId }) => photoId))
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
