import { setTimeout as pause } from "node:timers/promises"

/** Wakes up one waiting loop. A notification without a waiting loop is kept for the next `wait`. */
export const createNotifier = () => {
  let isNotified = false
  let wake: () => void = () => undefined
  return {
    notify: () => {
      isNotified = true
      wake()
    },
    /** Resolves with the next notification, after `ms`, or when `signal` is aborted. */
    wait: async (ms: number, signal: AbortSignal) => {
      if (!isNotified && !signal.aborted) {
        const limit = new AbortController()
        const notified = new Promise<void>((resolve) => {
          wake = resolve
        })
        const timedOut = pause(ms, undefined, { signal: AbortSignal.any([signal, limit.signal]) })
        await Promise.race([notified, timedOut.catch(() => undefined)])
        limit.abort()
      }
      isNotified = false
    },
  }
}

export type Notifier = ReturnType<typeof createNotifier>
