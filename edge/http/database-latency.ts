import type { Database } from "../../db/statement.ts"
import type { Config } from "../config.ts"

/** How many of the latest statements are included. An odd number, so that one of them is the median. */
const maxStatements = 15

/** Older statements are ignored: they do not show the current state of the database. */
const maxAgeMs = 30_000

/** The durations of the latest statements, from sending the statement to receiving the result. */
export type LatencyWindow = {
  record: (durationMs: number, now: number) => void
  /** The median of the latest statements; 0 without any. A single slow statement does not change it. */
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

/** Returns the latency of the statements of this isolate. */
export const latencyOf = (config: Config): LatencyWindow => {
  const known = windows.get(config)
  if (known) return known
  const created = latencyWindow()
  windows.set(config, created)
  return created
}

/**
 * Records how long each statement takes. Every request opens a connection with its first statement, so the duration
 * includes the time to get one. If the pool of the connection proxy is exhausted, this is the longest part. Failed
 * statements are included, since statements time out when the database is saturated.
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
