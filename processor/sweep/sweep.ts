import { setTimeout as pause } from "node:timers/promises"
import { workExclusively } from "../../db/exclusive.ts"
import { abortAbandonedUploads } from "./abort-uploads.ts"
import { checkDatabase } from "./check-database.ts"
import { maintainAuditLog } from "./maintain-audit-log.ts"
import { prune } from "./prune-sql.ts"
import { recoverLateObjects } from "./recover-late-objects.ts"
import { removeObjectsOfEndedPhotos } from "./remove-objects.ts"
import { removeOrphans } from "./remove-orphans.ts"
import { settleProcessing } from "./settle-processing.ts"
import { settleWaiting } from "./settle-waiting.ts"
import type { SweepContext, TaskCounts } from "./sweep-context.ts"

/** One idempotent task of the sweep. Returns the number of items per outcome. */
export type SweepTask = { name: string; run: (context: SweepContext) => Promise<TaskCounts> }

const eventDays = 7
const deliveryDays = 30

/** The tasks of a sweep in their order. Photos that users wait for come first. */
export const sweepTasks = (): SweepTask[] => [
  { name: "settle photos in processing", run: settleProcessing },
  { name: "settle waiting photos", run: settleWaiting },
  { name: "recover late objects", run: recoverLateObjects },
  { name: "remove objects of ended photos", run: removeObjectsOfEndedPhotos },
  { name: "abort abandoned uploads", run: abortAbandonedUploads },
  { name: "remove orphaned objects", run: removeOrphans() },
  { name: "maintain the audit log", run: maintainAuditLog },
  { name: "prune", run: ({ database }) => database.run(prune, { eventDays, deliveryDays }) },
]

/** Runs every task once. A task that fails is logged and does not stop the others. */
export const sweepOnce = async (
  tasks: readonly SweepTask[],
  given: Omit<SweepContext, "mayDelete">,
): Promise<void> => {
  const { log, signal } = given
  const mayDelete = await checkDatabase(given).catch((err: unknown) => {
    if (!signal.aborted)
      log.warn({ err }, "could not check whether the database belongs to the bucket: nothing is deleted")
    return false
  })
  for (const { name, run } of tasks) {
    if (signal.aborted) return
    const startedAt = performance.now()
    try {
      const counts = await run({ ...given, mayDelete })
      const facts = { task: name, durationMs: Math.round(performance.now() - startedAt), ...counts }
      const hasChanged = Object.entries(counts).some(([what, count]) => count > 0 && what !== "leftAlone")
      if (hasChanged) log.info(facts, "sweep task done")
    } catch (err) {
      if (!signal.aborted) log.warn({ err, task: name }, "sweep task failed")
    }
  }
}

export type SweepOptions = Omit<SweepContext, "database" | "signal" | "mayDelete"> & {
  databaseUrl: string
  /** Pause between two sweeps. */
  everyMs: number
}

/** An arbitrary number, the same for every sweep of a database. */
const advisoryLock = 7_201_128

/** Runs the sweep periodically, in one process at a time. */
export const startSweep = ({ databaseUrl, everyMs, ...options }: SweepOptions) => {
  const stopping = new AbortController()
  const tasks = sweepTasks()
  const work = workExclusively(
    databaseUrl,
    {
      lock: advisoryLock,
      run: async (database, signal) => {
        while (!signal.aborted) {
          await sweepOnce(tasks, { ...options, database, signal })
          await pause(everyMs, undefined, { signal }).catch(() => undefined)
        }
      },
      onError: (err) => options.log.warn({ err }, "sweep interrupted"),
    },
    stopping.signal,
  )
  return {
    stop: async () => {
      stopping.abort()
      await work
    },
  }
}
