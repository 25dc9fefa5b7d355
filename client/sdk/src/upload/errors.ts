import { ApiProblem } from "../api/api-problem.ts"
import type { UploadFailure } from "./upload-types.ts"

/** S3 answered a PUT with an error status. */
export class StorageError extends Error {
  override name = "StorageError"
  readonly status: number
  /** S3's error code, e.g. `SlowDown`. Empty if the response has none. */
  readonly code: string

  constructor(status: number, code = "") {
    super(`S3 responded with ${status}${code && ` ${code}`}`)
    this.status = status
    this.code = code
  }
}

/** No byte left the device for some seconds. */
export class StalledError extends Error {
  override name = "StalledError"
}

/** The file cannot be uploaded, and a repetition would not help. */
export class FileError extends Error {
  override name = "FileError"
  readonly failure: UploadFailure

  constructor(failure: UploadFailure) {
    super(failure.title)
    this.failure = failure
  }
}

/** The end of a problem's `type`, e.g. `rate-limited`. Empty for other errors. */
export const problemName = (error: unknown): string =>
  error instanceof ApiProblem ? (error.problem.type.split(":").at(-1) ?? "") : ""

/** Whether the server asks for fewer requests. */
export const isOverload = (error: unknown): boolean =>
  (error instanceof StorageError || error instanceof ApiProblem) && [429, 503].includes(statusOf(error))

/** Whether the same request can succeed later. Errors that are not responses came from the network. */
export const isTransient = (error: unknown): boolean => {
  if (error instanceof FileError) return false
  // 408: S3 closed an idle connection. 409: another PUT of this object has not finished.
  if (error instanceof StorageError) return error.status >= 500 || [408, 409, 429].includes(error.status)
  if (error instanceof ApiProblem) return error.isTransient || problemName(error) === "idempotency-key-in-use"
  return !(error instanceof Error && error.name === "AbortError")
}

const statusOf = (error: StorageError | ApiProblem): number =>
  error instanceof StorageError ? error.status : error.problem.status

/** Describes an error that ended a file. */
export const failureOf = (error: unknown): UploadFailure => {
  if (error instanceof FileError) return error.failure
  if (error instanceof ApiProblem) {
    const { title, detail = "" } = error.problem
    return { code: problemName(error), title, detail, isRetryable: true }
  }
  if (error instanceof StorageError)
    return {
      code: "storage-error",
      title: "The storage rejected the file",
      detail: `${error.message}. Retry the file.`,
      isRetryable: true,
    }
  return {
    code: "network-error",
    title: "The connection failed",
    detail: "The file was not sent after several attempts. Check the connection, then retry the file.",
    isRetryable: true,
  }
}
