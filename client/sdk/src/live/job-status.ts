import type { ApiClient } from "../api/api-client.ts"
import type { UploadJobSnapshot } from "../api/contract.ts"
import { keepConnected, type LiveConnection } from "./live-connection.ts"
import type { Channel } from "./live-message.ts"

/** A photo of a followed job as the server reports it. */
export type PhotoStatus = Pick<
  UploadJobSnapshot["items"][number],
  "photoId" | "status" | "bytesSent" | "failureReason" | "failureDetail"
> & { duplicateOf: string | null }

export type JobStatusFollower = {
  /** Follows a job until it is terminal. */
  follow: (jobId: string) => void
  /** Stops following all jobs. */
  stop: () => void
}

/** Polling while a live channel is open, in ms: it finds a message that was lost. */
const safetyPollMs = 20_000

/** Polling without a live channel, in ms, where the server does not say how long to wait. */
const defaultPollMs = 1500

/** Calls for one poll are collected for this time, in ms. */
const collectMs = 200

/**
 * Follows jobs over the first live channel that works, and by polling with ETags where none does.
 * @param onPhoto called at least once for every status; the caller ignores what it knows
 */
export const followJobs = (
  api: ApiClient,
  channels: readonly Channel[],
  onPhoto: (photo: PhotoStatus) => void,
): JobStatusFollower => {
  const etags = new Map<string, string | null>()
  const timers = new Map<string, { dueAt: number; timer: ReturnType<typeof setTimeout> }>()
  let connection: LiveConnection | undefined

  const poll = async (jobId: string) => {
    timers.delete(jobId)
    let nextMs = connection?.isConnected ? safetyPollMs : defaultPollMs
    try {
      const changed = await api.getChangedUploadJob(jobId, etags.get(jobId) ?? null)
      if (changed && etags.has(jobId)) {
        etags.set(jobId, changed.etag)
        for (const item of changed.job.items) onPhoto({ ...item, duplicateOf: item.duplicateOf ?? null })
        if (changed.job.terminal) return unfollow(jobId)
        if (!connection?.isConnected) nextMs = changed.job.pollAfterMs ?? nextMs
      }
    } catch {
      // The next poll follows in any case; a job that is gone ends with its upload.
      nextMs = Math.max(nextMs, 3 * defaultPollMs)
    }
    schedule(jobId, nextMs)
  }
  /** Polls after `ms`, or earlier if an earlier poll is due. */
  const schedule = (jobId: string, ms: number) => {
    const dueAt = Date.now() + ms
    const next = timers.get(jobId)
    if (!etags.has(jobId) || (next && next.dueAt <= dueAt)) return
    clearTimeout(next?.timer)
    timers.set(jobId, { dueAt, timer: setTimeout(() => void poll(jobId), ms) })
  }
  const unfollow = (jobId: string) => {
    etags.delete(jobId)
    clearTimeout(timers.get(jobId)?.timer)
    timers.delete(jobId)
    if (etags.size > 0) return
    connection?.stop()
    connection = undefined
  }
  const pollAll = () => {
    for (const jobId of etags.keys()) schedule(jobId, collectMs)
  }
  const connect = () =>
    keepConnected(channels, {
      // A resumed channel repeats what was missed; a new one starts with the present.
      onOpen: (isResumed) => {
        if (!isResumed) pollAll()
      },
      onClose: () => {
        for (const jobId of etags.keys()) schedule(jobId, defaultPollMs)
      },
      onMessage: (message) => {
        if (message.type === "reset") return pollAll()
        if (message.type !== "photo" || !etags.has(message.jobId)) return
        // Messages have no details of a failure or a duplicate.
        if (message.status === "FAILED" || message.status === "DUPLICATE")
          return schedule(message.jobId, collectMs)
        const { photoId, status } = message
        onPhoto({
          photoId,
          status,
          bytesSent: 0,
          failureReason: null,
          failureDetail: null,
          duplicateOf: null,
        })
        if (message.job.terminal) schedule(message.jobId, collectMs)
      },
    })

  return {
    follow: (jobId) => {
      etags.set(jobId, null)
      connection ??= connect()
      schedule(jobId, connection.isConnected ? collectMs : defaultPollMs)
    },
    stop: () => {
      for (const jobId of [...etags.keys()]) unfollow(jobId)
    },
  }
}
