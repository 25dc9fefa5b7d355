import type { Database } from "../../db/statement.ts"
import type { Config } from "../config.ts"

/** How many of the newest statements count. Odd, so that one of them is the median. */
const maxStatements = 15

/** An older statement says nothing about the database of now. */
const maxAgeMs = 30_000

/** How long the newest statements took, from the question to the answer. */
export type LatencyWindow = {
  record: (durationMs: number, now: number) => void
  /** Half of the newest statements took longer; 0 without any. One slow statement does not change it. */
  medianMs: (now: number) => number
}

export const latencyWindow = (): LatencyWindow => {
  let statements: { durationMs: number; at: number }[] = []
  return {
    record: (durationMs, now) => {
      statements = [...statements, { durationMs, at: now }].slice(-maxStatements)
    },
    medianMs: (now) => {
      const durations = statements.filter(({ at }) => now - at < maxAgeMs).map(({ durationMs }) => durationMs)
      return durations.toSorted((a, b) => a - b)[Math.floor(durations.length / 2)] ?? 0
    },
  }
}

const windows = new WeakMap<Config, LatencyWindow>()

/** The statements of this isolate. */
export const latencyOf = (config: Config): LatencyWindow => {
  const known = windows.get(config)
  if (known) return known
  const created = latencyWindow()
  windows.set(config, created)
  return created
}

/**
 * Records how long each statement takes. Every request opens a connection with its first statement, so the duration
 * includes the wait for one: behind a connection proxy whose pool is exhausted that is where the time goes. A
 * statement that fails counts as well, since a saturated database fails by time-out.
 */
export const withRecordedLatency = (database: Database, config: Config): Database => ({
  run: async (statement, input) => {
    const startedAt = performance.now()
    try {
      return await database.run(statement, input)
    } finally {
      latencyOf(config).record(performance.now() - startedAt, Date.now())
    }
  },
})
