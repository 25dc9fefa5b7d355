import type { Database } from "../../db/statement.ts"
import type { Logger } from "../platform/log.ts"
import type { ObjectStore } from "../platform/object-store.ts"
import type { WorkQueue } from "../platform/work-queue.ts"

/** After what time the sweep acts, in ms. docs/operations.md has the table. */
export type SweepBounds = {
  /** A photo of which nothing was heard for this long is looked after. */
  quietMs: number
  /** A photo whose bytes have not come after this long is FAILED: EXPIRED. */
  uploadMs: number
  /** A photo whose processing has not ended after this long is FAILED: PROCESSING_ERROR. */
  processingMs: number
  /** Objects and uploads of cancelled photos may come until their URLs have expired. */
  lateObjectMs: number
  /** An object without a row is removed when it is older than this. */
  orphanMs: number
}

export type SweepContext = {
  environment: string
  database: Database
  objectStore: ObjectStore
  workQueue: WorkQueue
  bounds: SweepBounds
  log: Logger
  signal: AbortSignal
}
