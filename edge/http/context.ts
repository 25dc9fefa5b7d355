import type { Database } from "../../db/statement.ts"
import type { UserId } from "../../domain/ids.ts"
import type { Config } from "../config.ts"
import type { TraceContext } from "./trace-context.ts"

export type Scope = "photos:read" | "photos:write"

/** The authenticated user and scopes of a request. */
export type Principal = { userId: UserId; scopes: readonly string[] }

/** Additional fields of a request's log line. Ids only: filenames and emails are personal data. */
export type LogFacts = { userId?: string; jobId?: string; photoId?: string; photos?: number }

/** The types of the Hono context. */
export type EdgeEnv = {
  Bindings: object
  Variables: {
    config: Config
    database: Database
    trace: TraceContext
    logFacts: LogFacts
    /** Set by the bearer middleware: only routes that use the middleware may read it. */
    principal: Principal
  }
}
