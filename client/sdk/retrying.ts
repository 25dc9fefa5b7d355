import { ApiProblem } from "./api-problem.ts"
import { StorageError } from "./put-object.ts"

const attempts = 4
const firstPauseMs = 250

/** Upper limit of the pause from `Retry-After`. */
const maxRetryAfterMs = 30_000

/** Retries transient failures with growing pauses, or after `Retry-After` when the API sends it. */
export const retrying = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === attempts || !isTransient(error)) throw error
      const pauseMs = firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random())
      await pause(Math.max(pauseMs, Math.min(retryAfterMs(error), maxRetryAfterMs)))
    }
  }
}

const retryAfterMs = (error: unknown): number => (error instanceof ApiProblem ? (error.retryAfterMs ?? 0) : 0)

// 409: another PUT of the same object is in progress. Any other error came from the network.
const isTransient = (error: unknown): boolean => {
  if (error instanceof ApiProblem) return error.isTransient
  if (error instanceof StorageError) return error.status >= 500 || error.status === 409
  return true
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
