import type { Database } from "../../db/statement.ts"
import type { Logger } from "../platform/log.ts"
import type { ObjectStore } from "../platform/object-store.ts"
import type { WorkQueue } from "../platform/work-queue.ts"

/** When the sweep acts. docs/operations.md has the table. */
export type SweepBounds = {
  /** A photo that has not changed for this long is checked. */
  quietMs: number
  /** A photo whose bytes have not arrived after this long becomes FAILED with EXPIRED. */
  uploadMs: number
  /** A photo whose processing has not ended after this long becomes FAILED with PROCESSING_ERROR after one more try. */
  processingMs: number
  /** Objects and parts of ended photos may arrive for this long: longer than any presigned URL is valid. */
  lateObjectMs: number
  /** An object without a row is an orphan when it is older than this. */
  orphanMs: number
  /** More orphans than this in one listing are not deleted without an operator's confirmation. */
  maxOrphans: number
  /** The same, as a share of all objects in the listing. */
  maxOrphanShare: number
}

/** What a task did, by outcome. */
export type TaskCounts = Record<string, number>

export type SweepContext = {
  environment: string
  database: Database
  objectStore: ObjectStore
  workQueue: WorkQueue
  bounds: SweepBounds
  /** Whether the database was found to be the one that the bucket belongs to: else nothing may be deleted from it. */
  mayDelete: boolean
  log: Logger
  signal: AbortSignal
}
