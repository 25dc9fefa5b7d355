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

const failure = (code: string, title: string, detail: string, isRetryable = true): UploadFailure => ({
  code,
  title,
  detail,
  isRetryable,
})

/** A retry uploads the file as it is then, as a new photo. */
export const fileChanged: UploadFailure = failure(
  "file-changed",
  "The file changed during the upload",
  "Retry it to upload the new content.",
)

export const fileUnreadable = (reason: string, isRetryable = true): UploadFailure =>
  failure("file-unreadable", "The file cannot be read", reason, isRetryable)

/** Confirms failed: S3 has no object of the file. */
export const notStored: UploadFailure = failure("upload-not-stored", "The storage does not have the file", "")

/** The API rejected the file when the job was created. */
export const notAccepted = (code: string, detail: string): UploadFailure =>
  failure(code, "The file is not accepted", detail, false)

/** The end of a problem's `type`, e.g. `rate-limited`. Empty for other errors. */
export const problemName = (error: unknown): string =>
  error instanceof ApiProblem ? (error.problem.type.split(":").at(-1) ?? "") : ""

/** Whether the server asks for fewer requests. */
export const isOverload = (error: unknown): boolean => [429, 503].includes(statusOf(error))

/** Whether the same request can succeed later. Errors that are not responses came from the network. */
export const isTransient = (error: unknown): boolean => {
  if (error instanceof FileError) return false
  const status = statusOf(error)
  // 408: S3 closed an idle connection. 409: another PUT of this object has not finished.
  if (error instanceof StorageError) return status >= 500 || [408, 409, 429].includes(status)
  if (error instanceof ApiProblem) return error.isTransient || problemName(error) === "idempotency-key-in-use"
  return !(error instanceof Error && error.name === "AbortError")
}

const statusOf = (error: unknown): number =>
  error instanceof StorageError ? error.status : error instanceof ApiProblem ? error.problem.status : 0

/** Describes an error that ended a file. */
export const failureOf = (error: unknown): UploadFailure => {
  if (error instanceof FileError) return error.failure
  if (error instanceof ApiProblem)
    return failure(problemName(error), error.problem.title, error.problem.detail ?? "")
  if (error instanceof StorageError)
    return failure("storage-error", "The storage rejected the file", error.message)
  return failure("network-error", "The connection failed", String(error))
}

/** A rejection by S3 because the bytes are not those that were hashed. */
export const isWrongContent = (error: unknown): boolean =>
  error instanceof StorageError &&
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  ["BadDigest", "XAmzContentChecksumMismatch", "InvalidDigest"].includes(error.code)
