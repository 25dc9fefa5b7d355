import { DatabaseUnavailable } from "../../db/outage.ts"

/** S3 failed or did not answer in time. */
export class ObjectStoreUnavailable extends Error {
  override name = "ObjectStoreUnavailable"
}

/** SQS failed or did not answer in time. */
export class WorkQueueUnavailable extends Error {
  override name = "WorkQueueUnavailable"
}

/**
 * Whether a dependency failed. An outage says nothing about the photo or the code, so it is retried and logged as a
 * warning; every other exception is a bug or a broken thread, retried too, and logged as an error. What is wrong with a
 * photo never throws: it is a `PhotoFault`.
 */
export const isOutage = (error: unknown): error is Error =>
  error instanceof ObjectStoreUnavailable ||
  error instanceof WorkQueueUnavailable ||
  error instanceof DatabaseUnavailable
