import { setTimeout as pause } from "node:timers/promises"
import { workExclusively } from "../../db/exclusive.ts"
import { abortAbandonedUploads, removeObjectsOfGonePhotos, removeOrphans } from "./remove-unwanted.ts"
import { settleUnfinished } from "./settle-unfinished.ts"
import { prune } from "./sql.ts"
import type { SweepContext } from "./sweep-context.ts"

/** One job of the sweep: does what is due and says how much that was. Running it twice changes nothing more. */
export type SweepTask = { name: string; run: (context: SweepContext) => Promise<Record<string, number>> }

const eventDays = 7
const deliveryDays = 30

/** All that the sweep does, in this order. */
export const sweepTasks = (): SweepTask[] => [
  { name: "settle unfinished photos", run: settleUnfinished },
  { name: "remove objects of gone photos", run: removeObjectsOfGonePhotos },
  { name: "abort abandoned uploads", run: abortAbandonedUploads },
  { name: "remove orphaned objects", run: removeOrphans() },
  { name: "prune", run: ({ database }) => database.run(prune, { eventDays, deliveryDays }) },
]

/** Runs every task once. One that fails is told and stops no other. */
export const sweepOnce = async (tasks: readonly SweepTask[], context: SweepContext): Promise<void> => {
  for (const { name, run } of tasks) {
    if (context.signal.aborted) return
    const startedAt = performance.now()
    try {
      const counts = await run(context)
      const facts = { task: name, durationMs: Math.round(performance.now() - startedAt), ...counts }
      const didSomething = Object.entries(counts).some(([what, count]) => count > 0 && what !== "leftAlone")
      if (didSomething) context.log.info(facts, "swept")
    } catch (err) {
      if (!context.signal.aborted) context.log.warn({ err, task: name }, "sweep task failed")
    }
  }
}

export type SweepOptions = Omit<SweepContext, "database" | "signal"> & {
  databaseUrl: string
  /** From the end of one sweep to the next, in ms. */
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
