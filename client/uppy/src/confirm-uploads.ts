import type { ApiClient } from "rapid-photo-upload-sdk/api"
import { repeating } from "./repeating.ts"

/** Uploads are collected for this time, so that one call confirms many, in ms. */
const collectMs = 500

export type UploadConfirmations = {
  /** Confirms an upload soon. */
  add: (jobId: string, photoId: string) => void
  /** Confirms all that wait. Rejects if one of the calls since the last `flush` failed. */
  flush: () => Promise<void>
}

/** Tells the API which whole files S3 has, so that they are processed even where S3 sends no events. */
export const uploadConfirmations = (api: ApiClient): UploadConfirmations => {
  const waiting = new Map<string, Set<string>>()
  let running: Promise<unknown>[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const send = () => {
    clearTimeout(timer)
    timer = undefined
    for (const [jobId, photoIds] of waiting) {
      const request = repeating(() => api.finalizeUploadJob(jobId, { photoIds: [...photoIds] }))
      // `flush` reports it.
      request.catch(() => {})
      running.push(request)
    }
    waiting.clear()
  }
  return {
    add: (jobId, photoId) => {
      waiting.set(jobId, (waiting.get(jobId) ?? new Set()).add(photoId))
      timer ??= setTimeout(send, collectMs)
    },
    flush: async () => {
      send()
      const requests = running
      running = []
      await Promise.all(requests)
    },
  }
}
