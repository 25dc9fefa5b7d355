import { isOverload, StalledError } from "./errors.ts"

/** Limits the requests to S3 that run at once. */
export type AdaptiveLimit = {
  /** Runs work when there is room. Of the waiting works, the one of the smallest file is next. */
  run: <T>(work: () => Promise<T>, fileBytes?: number) => Promise<T>
  /** The present limit. */
  readonly limit: number
  /** Reports sent bytes; the limit grows while more requests send more. */
  sent: (bytes: number) => void
}

/** How long throughput is measured before the limit changes, in ms. */
const windowMs = 2000

/** More requests are worth it if they raise the throughput by this factor. */
const worthwhile = 1.05

const startLimit = 4

/**
 * Creates a limit between 1 and `max`. It is halved when the server is overloaded or a request stalls, grows by one
 * while that raises the measured throughput, and falls by one when it does not.
 */
export const adaptiveLimit = (max: number, now: () => number = () => performance.now()): AdaptiveLimit => {
  let limit = Math.min(startLimit, max)
  let running = 0
  let step = 1
  let windowStart = now()
  let windowBytes = 0
  let lastRate = 0
  const waiting: { start: () => void; fileBytes: number }[] = []

  const startNext = () => {
    while (running < limit && waiting.length > 0) {
      running += 1
      waiting.shift()?.start()
    }
  }
  const enqueue = (fileBytes: number) =>
    new Promise<void>((start) => {
      let index = waiting.length
      while (index > 0 && (waiting[index - 1]?.fileBytes ?? 0) > fileBytes) index -= 1
      waiting.splice(index, 0, { start, fileBytes })
    })
  const startWindow = (rate: number) => {
    lastRate = rate
    windowStart = now()
    windowBytes = 0
  }
  const adapt = () => {
    const elapsedMs = now() - windowStart
    // Without waiting requests the throughput shows nothing about the limit.
    if (elapsedMs < windowMs || waiting.length === 0) return
    const rate = windowBytes / elapsedMs
    if (lastRate > 0 && rate < lastRate * worthwhile) step = -step
    limit = Math.min(max, Math.max(1, limit + step))
    startWindow(rate)
    startNext()
  }

  return {
    get limit() {
      return limit
    },
    run: async (work, fileBytes = 0) => {
      if (running < limit) running += 1
      else await enqueue(fileBytes)
      try {
        return await work()
      } catch (error) {
        if (isOverload(error) || error instanceof StalledError) {
          limit = Math.max(1, Math.floor(limit / 2))
          step = 1
          startWindow(0)
        }
        throw error
      } finally {
        running -= 1
        startNext()
      }
    },
    sent: (bytes) => {
      windowBytes += bytes
      adapt()
    },
  }
}
