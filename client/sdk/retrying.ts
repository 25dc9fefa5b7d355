import { ApiProblem } from "./api-problem.ts"
import { StorageRefusal } from "./put-object.ts"

const attempts = 4
const firstPauseMs = 250

/** Tries again, ever later, what an outage broke; what was refused for good is thrown at once. */
export const retrying = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === attempts || !isTransient(error)) throw error
      await pause(firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random()))
    }
  }
}

// 409: another PUT of the same object is under way. Whatever is neither refusal is the network.
const isTransient = (error: unknown): boolean => {
  if (error instanceof ApiProblem) return error.isTransient
  if (error instanceof StorageRefusal) return error.status >= 500 || error.status === 409
  return true
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
