import type { Database } from "../../db/statement.ts"
import type { UserId } from "../../domain/ids.ts"
import type { Config } from "../config.ts"
import type { TraceContext } from "./trace-context.ts"

export type Scope = "photos:read" | "photos:write"

/** Whose request it is, as the access token says. */
export type Principal = { userId: UserId; scopes: readonly string[] }

/** What a request log line is about, beside the request itself. Ids only: filenames and e-mails are personal. */
export type LogFacts = { userId?: string; jobId?: string; photoId?: string; photos?: number }

/** What every handler finds in its Hono context. */
export type EdgeEnv = {
  Bindings: object
  Variables: {
    config: Config
    database: Database
    trace: TraceContext
    logFacts: LogFacts
    /** Set by the bearer middleware: only routes behind it may read it. */
    principal: Principal
  }
}
