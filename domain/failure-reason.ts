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

/** Why a photo is FAILED, for programs. */
export type FailureReason = (typeof failureReasons)[number]

/** Why a photo is FAILED: the reason for programs, the detail for the person whose photo it is. */
export type PhotoFault = { reason: FailureReason; detail: string }
