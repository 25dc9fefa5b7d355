import { ApiProblem } from "rapid-photo-upload-sdk/api"

/** The longest pause before each further attempt, in ms. */
const delaysMs = [500, 1000, 2000, 4000, 8000]

/** Whether the same request can succeed later. Errors that are not problem responses came from the network. */
export const isTransient = (error: unknown): boolean =>
  !(error instanceof ApiProblem) || error.isTransient || isProblem(error, "idempotency-key-in-use")

/** Whether an error is a problem response of this type. */
export const isProblem = (error: unknown, name: string): error is ApiProblem =>
  error instanceof ApiProblem && error.problem.type.endsWith(`:${name}`)

/** Runs a request and repeats it after transient errors, with random delays that are at least `Retry-After`. */
export const repeating = async <Result>(request: () => Promise<Result>): Promise<Result> => {
  for (const delayMs of delaysMs) {
    try {
      return await request()
    } catch (error) {
      if (!isTransient(error)) throw error
      await pause(Math.max(Math.random() * delayMs, retryAfterMs(error)))
    }
  }
  return request()
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const retryAfterMs = (error: unknown): number => (error instanceof ApiProblem ? (error.retryAfterMs ?? 0) : 0)
