import { ApiProblem } from "../../client/sdk/src/api/api-problem.ts"
import { StorageError } from "./put-object.ts"

const maxAttempts = 4
const firstDelayMs = 250

/** Maximum delay that `Retry-After` can cause. */
const maxRetryAfterMs = 30_000

/** Retries transient failures with increasing delays. Waits at least as long as `Retry-After` if the API sends it. */
export const retrying = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === maxAttempts || !isTransient(error)) throw error
      const delayMs = firstDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random())
      await delay(Math.max(delayMs, Math.min(retryAfterMs(error), maxRetryAfterMs)))
    }
  }
}

const retryAfterMs = (error: unknown): number => (error instanceof ApiProblem ? (error.retryAfterMs ?? 0) : 0)

// 409: another PUT of the same object is in progress. Any other error is a network error.
const isTransient = (error: unknown): boolean => {
  if (error instanceof ApiProblem) return error.isTransient
  if (error instanceof StorageError) return error.status >= 500 || error.status === 409
  return true
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
