import type { FailureReason, PhotoFault } from "../../../domain/failure-reason.ts"
import { err, type Result } from "../../../domain/result.ts"

const fault =
  (reason: FailureReason) =>
  (detail: string): Result<never, PhotoFault> =>
    err({ reason, detail })

export const unsupported = fault("UNSUPPORTED_TYPE")
export const mismatched = fault("TYPE_MISMATCH")
export const corrupt = fault("CORRUPT")
export const tooManyPixels = fault("DIMENSIONS_EXCEEDED")
export const unprocessable = fault("PROCESSING_ERROR")

export const endsEarly = corrupt("The file is truncated. Upload the photo again.")
export const malformed = corrupt("The file structure is damaged. Upload the photo again.")
export const undecodable = corrupt(
  "The picture cannot be decoded: its data is damaged or incomplete. Upload the photo again.",
)

/** A parser found a structure that no valid photo has. Caught in probe.ts; the message is the fault's detail. */
export class Malformed extends Error {
  constructor(detail: string) {
    super(detail)
    this.name = "Malformed"
  }
}
