import type { Context } from "hono"
import { routePath } from "hono/route"
import type { EdgeEnv, LogFacts } from "./context.ts"

/** Logs one JSON line per request, with the route's pattern: paths, queries and bodies may contain personal data. */
export const logRequest = (c: Context<EdgeEnv>, durationMs: number): void =>
  write("info", "request", {
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    durationMs,
    traceId: c.var.trace.traceId,
    ...c.var.logFacts,
  })

/** Logs a failed request: name, message and stack of the error, without request data. */
export const logError = (c: Context<EdgeEnv>, error: Error): void =>
  write("error", "request failed", {
    traceId: c.var.trace.traceId,
    ...c.var.logFacts,
    error: error.name,
    message: error.message,
    stack: error.stack,
    cause: error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : undefined,
  })

/** Logs a failure that does not fail a request. */
export const logFailure = (message: string, error: unknown, facts: LogFacts = {}): void =>
  write("error", message, {
    ...facts,
    error: error instanceof Error ? `${error.name}: ${error.message}` : "not an error",
  })

const write = (level: "info" | "error", message: string, facts: object): void =>
  // biome-ignore lint/suspicious/noConsole: Workers Logs collects the console output.
  console[level === "error" ? "error" : "log"](
    JSON.stringify({ level, time: new Date().toISOString(), message, ...facts }),
  )
