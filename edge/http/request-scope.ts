import { createMiddleware } from "hono/factory"
import { openEdgeDatabase } from "../../db/edge.ts"
import { configOf } from "../config.ts"
import type { EdgeEnv } from "./context.ts"
import { withRecordedLatency } from "./database-latency.ts"
import { logRequest } from "./log.ts"
import { traceContextOf } from "./trace-context.ts"

/** Sets the trace, configuration and database of a request, and logs it when the response is ready. */
export const requestScope = createMiddleware<EdgeEnv>(async (c, next) => {
  const startedAt = Date.now()
  c.set("trace", traceContextOf(c.req.header("traceparent")))
  c.set("logFacts", {})
  const config = configOf(c.env)
  c.set("config", config)
  c.set("database", withRecordedLatency(openEdgeDatabase(config.databaseUrl), config))
  await next()
  c.header("traceparent", c.var.trace.traceparent)
  logRequest(c, Date.now() - startedAt)
})
