import type { Database } from "../../db/statement.ts"
import type { Logger } from "../platform/log.ts"
import type { ObjectStore } from "../platform/object-store.ts"
import type { WorkQueue } from "../platform/work-queue.ts"

/** Time limits and maximums of the sweep. docs/operations.md has the table. */
export type SweepBounds = {
  /** Age of the last change after which a photo is checked. */
  quietMs: number
  /** Age at which a photo that is not uploaded becomes FAILED with EXPIRED. */
  uploadMs: number
  /** Time in PROCESSING after which a photo is tried once more and then becomes FAILED with PROCESSING_ERROR. */
  processingMs: number
  /** How long objects of cancelled and expired photos may still arrive. Longer than any presigned URL is valid. */
  lateObjectMs: number
  /** Age at which an object without a row is an orphan. */
  orphanMs: number
  /** Maximum number of orphans per listing that are deleted without an operator's confirmation. */
  maxOrphans: number
  /** The same limit as a fraction of all objects in the listing. */
  maxOrphanShare: number
}

/** Number of items per outcome of a task. */
export type TaskCounts = Record<string, number>

export type SweepContext = {
  environment: string
  database: Database
  objectStore: ObjectStore
  workQueue: WorkQueue
  bounds: SweepBounds
  /** Whether the sweep may delete from the bucket: false if the database may not belong to it. */
  mayDelete: boolean
  log: Logger
  signal: AbortSignal
}
