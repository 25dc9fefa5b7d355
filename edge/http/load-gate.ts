import { createMiddleware } from "hono/factory"
import * as z from "zod"
import { openEdgeDatabase } from "../../db/edge.ts"
import { statementOf } from "../../db/statement.ts"
import { workQueueOf } from "../clients/work-queue.ts"
import type { Config } from "../config.ts"
import { inBackground } from "./background.ts"
import type { EdgeEnv } from "./context.ts"
import { latencyOf, withRecordedLatency } from "./database-latency.ts"
import { logFailure } from "./log.ts"
import { problem } from "./problem.ts"

/** The backlog of the queue and the latency of the database. */
export type Load = { queueDepth: number; databaseLatencyMs: number }

export type LoadLimits = Config["loadGate"]

// A closed gate opens again well below the limit, so that it does not change at every sample.
const reopensBelow = 0.8

/** Whether the gate is open, given whether it was open before. */
export const isOpenAfter = (wasOpen: boolean, load: Load, limits: LoadLimits): boolean => {
  const share = Math.max(
    load.queueDepth / limits.maxQueueDepth,
    load.databaseLatencyMs / limits.maxDatabaseLatencyMs,
  )
  return share < (wasOpen ? 1 : reopensBelow)
}

const sampleEveryMs = 5_000
const retryAfterSeconds = 10

/**
 * Rejects requests for new uploads while the system is overloaded, because their URLs would expire before they can be
 * used. Measures the statements of this isolate, which needs no database privileges and includes the time to get a
 * connection, and reads the queue's backlog in the background every few seconds.
 */
export const acceptsUploads = createMiddleware<EdgeEnv>(async (c, next) => {
  const { config } = c.var
  const gate = gateOf(config)
  const now = Date.now()
  if (now - gate.sampledAt >= sampleEveryMs) {
    gate.sampledAt = now
    inBackground(c, sample(config, gate))
  }
  const load = { queueDepth: gate.queueDepth, databaseLatencyMs: latencyOf(config).medianMs(now) }
  gate.isOpen = isOpenAfter(gate.isOpen, load, config.loadGate)
  if (gate.isOpen) return next()
  return problem(c, "overloaded", {
    detail:
      "Continue the uploads that you already have URLs for. Create new jobs after `Retry-After` seconds.",
    headers: { "retry-after": String(retryAfterSeconds) },
  })
})

type Gate = { isOpen: boolean; queueDepth: number; sampledAt: number }

const gates = new WeakMap<Config, Gate>()

const gateOf = (config: Config): Gate => {
  const known = gates.get(config)
  if (known) return known
  const gate = { isOpen: true, queueDepth: 0, sampledAt: 0 }
  gates.set(config, gate)
  return gate
}

const sample = async (config: Config, gate: Gate): Promise<void> => {
  const readDepth = async () => {
    gate.queueDepth = await workQueueOf(config).depth()
  }
  const database = withRecordedLatency(openEdgeDatabase(config.databaseUrl), config)
  const samples = await Promise.allSettled([readDepth(), database.run(readOneUser, {})])
  // A queue or database that does not respond is an outage, which the command itself reports.
  for (const each of samples) if (each.status === "rejected") logFailure("load not sampled", each.reason)
}

// The cheapest statement that reads a table. While the gate is closed, it may be the only statement that is measured.
const readOneUser = statementOf<object>()(
  z.object({ hasUsers: z.boolean() }),
  "select jsonb_build_object('hasUsers', exists (select from users)) as result",
)
