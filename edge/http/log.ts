import type { Context } from "hono"
import { routePath } from "hono/route"
import type { EdgeEnv, LogFacts } from "./context.ts"

/** One JSON line per request. The route's pattern stands for the path: paths, queries and bodies may be personal. */
export const logRequest = (c: Context<EdgeEnv>, durationMs: number): void =>
  write("info", "request", {
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    durationMs,
    traceId: c.var.trace.traceId,
    ...c.var.logFacts,
  })

/** What went wrong while a request was served: the names and places of the errors, not what they were about. */
export const logError = (c: Context<EdgeEnv>, error: Error): void =>
  write("error", "request failed", {
    traceId: c.var.trace.traceId,
    ...c.var.logFacts,
    error: error.name,
    message: error.message,
    stack: error.stack,
    cause: error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : undefined,
  })

/** What went wrong outside of any request. */
export const logFailure = (message: string, error: unknown, facts: LogFacts = {}): void =>
  write("error", message, {
    ...facts,
    error: error instanceof Error ? `${error.name}: ${error.message}` : "not an error",
  })

const write = (level: "info" | "error", message: string, facts: object): void =>
  // biome-ignore lint/suspicious/noConsole: the console is where Workers Logs reads.
  console[level === "error" ? "error" : "log"](
    JSON.stringify({ level, time: new Date().toISOString(), message, ...facts }),
  )
