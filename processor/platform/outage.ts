import { DatabaseUnavailable } from "../../domain/outage.ts"

/** S3 failed or did not respond in time. */
export class ObjectStoreUnavailable extends Error {
  override name = "ObjectStoreUnavailable"
}

/** SQS failed or did not respond in time. */
export class WorkQueueUnavailable extends Error {
  override name = "WorkQueueUnavailable"
}

/**
 * Whether a dependency failed. An outage is independent of the photo and the code, so it is retried and logged as a
 * warning. Every other exception is a bug or a crashed thread; it is also retried, and logged as an error. A defect of a
 * photo never throws: it is a `PhotoFault`.
 */
export const isOutage = (error: unknown): error is Error =>
  error instanceof ObjectStoreUnavailable ||
  error instanceof WorkQueueUnavailable ||
  error instanceof DatabaseUnavailable
