import { createMiddleware } from "hono/factory"
import * as z from "zod"
import { openEdgeDatabase } from "../../db/edge.ts"
import { statementOf } from "../../db/statement.ts"
import { workQueueOf } from "../clients/work-queue.ts"
import type { Config } from "../config.ts"
import { inBackground } from "./background.ts"
import type { EdgeEnv } from "./context.ts"
import { logFailure } from "./log.ts"
import { problem } from "./problem.ts"

/** How much there is to do: messages that wait, and the share of the database's connections at work. */
export type Load = { queueDepth: number; databaseLoad: number }

export type LoadLimits = Config["loadGate"]

// A gate that closes at its limit opens when the load has fallen well below it, or it would flutter.
const reopensBelow = 0.8

/** Whether the gate is open after a sample, given whether it was before. */
export const isOpenAfter = (wasOpen: boolean, load: Load, limits: LoadLimits): boolean => {
  const share = Math.max(load.queueDepth / limits.maxQueueDepth, load.databaseLoad / limits.maxDatabaseLoad)
  return share < (wasOpen ? 1 : reopensBelow)
}

const sampleEveryMs = 5_000
const retryAfterSeconds = 10

/**
 * Stands before every route that presigns uploads: more of them while the processor can't keep up would only
 * expire. It judges by the isolate's last sample and takes the next one behind the caller's back.
 */
export const acceptsUploads = createMiddleware<EdgeEnv>(async (c, next) => {
  const { config } = c.var
  const gate = gateOf(config)
  if (Date.now() - gate.sampledAt >= sampleEveryMs) {
    gate.sampledAt = Date.now()
    inBackground(c, sample(config, gate))
  }
  if (!gate.isOpen)
    return problem(c, "overloaded", {
      detail: "Uploads under way go on; ask for new ones later.",
      headers: { "retry-after": String(retryAfterSeconds) },
    })
  return next()
})

type Gate = { isOpen: boolean; sampledAt: number }

const gates = new WeakMap<Config, Gate>()

const gateOf = (config: Config): Gate => {
  const known = gates.get(config)
  if (known) return known
  const gate = { isOpen: true, sampledAt: 0 }
  gates.set(config, gate)
  return gate
}

const sample = async (config: Config, gate: Gate): Promise<void> => {
  try {
    const [queueDepth, { databaseLoad }] = await Promise.all([
      workQueueOf(config).depth(),
      openEdgeDatabase(config.databaseUrl).run(selectDatabaseLoad, {}),
    ])
    gate.isOpen = isOpenAfter(gate.isOpen, { queueDepth, databaseLoad }, config.loadGate)
  } catch (error) {
    // Who can't be asked is down rather than busy, and the command itself will find out.
    logFailure("load not sampled", error)
  }
}

const selectDatabaseLoad = statementOf<object>()(
  z.object({ databaseLoad: z.number() }),
  `
  select jsonb_build_object('databaseLoad',
    (select count(*) from pg_stat_activity where state <> 'idle' and backend_type = 'client backend')::float
      / current_setting('max_connections')::int) as result`,
)
