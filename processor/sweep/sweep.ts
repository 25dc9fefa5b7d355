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

/** A part of the sweep: does what is due and returns how much that was. Running it twice changes nothing more. */
export type SweepTask = { name: string; run: (context: SweepContext) => Promise<TaskCounts> }

const eventDays = 7
const deliveryDays = 30

/** The tasks of a sweep in their order: photos that somebody waits for come first. */
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
    if (!signal.aborted) log.warn({ err }, "database not compared with the bucket: nothing is deleted")
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
  /** From the end of one sweep to the next. */
  everyMs: number
}

/** Any number: every sweep of a database takes the same. */
const advisoryLock = 7_201_128

/** Sweeps at intervals, in one process at a time. */
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
