import { ApiProblem } from "../api/api-problem.ts"
import { isOverload, isTransient } from "./errors.ts"
import type { PauseGate } from "./pause-gate.ts"
import { pause } from "./signals.ts"

/** The pauses between attempts, in ms, before jitter. */
export const defaultRetryDelaysMs: readonly number[] = [500, 1000, 2000, 4000, 8000, 15_000]

/** The longest `Retry-After` that is honoured, in ms. */
const maxRetryAfterMs = 120_000

/** How much of an attempt a 429 or 503 counts: the server is reachable and asks to wait. */
const overloadWeight = 0.2

export type Retry = <T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal) => Promise<T>

export type RetryOptions = {
  gate: PauseGate
  delaysMs: readonly number[]
  /** Called before each pause. */
  onRetry?: (error: unknown) => void
}

/**
 * Returns a function that runs work until it succeeds, fails permanently, or fails once more than there are delays.
 * A pause of the upload ends an attempt and does not count as one. The delay is random between zero and the limit of
 * the attempt (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), and at least `Retry-After`.
 */
export const retrying =
  ({ gate, delaysMs, onRetry }: RetryOptions): Retry =>
  async (work, signal) => {
    for (let attempt = 0; ; ) {
      await gate.passed()
      if (signal?.aborted) throw signal.reason
      const running = gate.signal()
      try {
        return await work(running)
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        if (running.aborted) continue
        const limitMs = delaysMs[Math.floor(attempt)]
        if (limitMs === undefined || !isTransient(error)) throw error
        onRetry?.(error)
        await pause(Math.max(Math.random() * limitMs, retryAfterMs(error)), signal)
        attempt += isOverload(error) ? overloadWeight : 1
      }
    }
  }

const retryAfterMs = (error: unknown): number =>
  error instanceof ApiProblem ? Math.min(error.retryAfterMs ?? 0, maxRetryAfterMs) : 0
