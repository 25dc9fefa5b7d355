import { setTimeout as pause } from "node:timers/promises"

/** Something to wait for and to ring. A ring that nobody waits for is kept for the next wait. */
export const newAlarm = () => {
  let isRung = false
  let wake: () => void = () => undefined
  return {
    ring: () => {
      isRung = true
      wake()
    },
    /** Resolves with the next ring, after `ms`, or when `signal` aborts. */
    wait: async (ms: number, signal: AbortSignal) => {
      if (!isRung && !signal.aborted) {
        const limit = new AbortController()
        const rung = new Promise<void>((resolve) => {
          wake = resolve
        })
        const timedOut = pause(ms, undefined, { signal: AbortSignal.any([signal, limit.signal]) })
        await Promise.race([rung, timedOut.catch(() => undefined)])
        limit.abort()
      }
      isRung = false
    },
  }
}

export type Alarm = ReturnType<typeof newAlarm>
