export const failureReasons = [
  "UNSUPPORTED_TYPE",
  "TYPE_MISMATCH",
  "CORRUPT",
  "TOO_LARGE",
  "DIMENSIONS_EXCEEDED",
  "SIZE_MISMATCH",
  "CHECKSUM_MISMATCH",
  "INFECTED",
  "EXPIRED",
  "PROCESSING_ERROR",
] as const

/** Why a photo is FAILED, as a stable code. */
export type FailureReason = (typeof failureReasons)[number]

/** Why a photo is FAILED: a stable code, and a detail for the user. */
export type PhotoFault = { reason: FailureReason; detail: string }
