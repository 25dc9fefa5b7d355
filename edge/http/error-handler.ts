import type { Context } from "hono"
import { HTTPException } from "hono/http-exception"
import { InactiveUser } from "../../db/edge.ts"
import { Outage, type OutageOf } from "../../domain/outage.ts"
import type { EdgeEnv } from "./context.ts"
import { InvalidIdempotencyKey } from "./idempotency-key.ts"
import { logError } from "./log.ts"
import { type ProblemType, problem } from "./problem.ts"
import { TimedOut } from "./time-limit.ts"
import { InvalidBody, invalidFields, UnknownId } from "./validation.ts"

/** Maps an exception to a problem document. An outage has its own type; a bug returns only its trace id. */
export const onError = (error: Error, c: Context<EdgeEnv>): Response => {
  if (error instanceof HTTPException && error.status === 400)
    return problem(c, "malformed-body", { detail: "Send one JSON document in UTF-8." })
  if (error instanceof InvalidBody) return problem(c, "validation-failed", invalidFields(error.errors))
  if (error instanceof InvalidIdempotencyKey)
    return problem(c, "malformed-idempotency-key", {
      detail: "Send 1 to 255 visible ASCII characters, with or without double quotes.",
    })
  if (error instanceof UnknownId) return problem(c, "not-found")
  if (error instanceof InactiveUser)
    return problem(c, "unauthenticated", { detail: "The account of this token is deleted or disabled." })
  logError(c, error)
  if (error instanceof TimedOut) return problem(c, "timed-out")
  if (error instanceof Outage) return problem(c, outageProblems[error.of])
  return problem(c, "internal-error")
}

const outageProblems = {
  database: "database-unavailable",
  "object store": "storage-unavailable",
  "work queue": "queue-unavailable",
  "identity provider": "identity-provider-unavailable",
} as const satisfies Record<OutageOf, ProblemType>

/** 404 for an unknown path. */
export const onNotFound = (c: Context<EdgeEnv>): Response =>
  problem(c, "not-found", { detail: "No route has this path. See /docs for the API." })

/** 405 with `Allow` (RFC 9110 §15.5.6) for a known path with another method. */
export const onMethodNotAllowed = (c: Context<EdgeEnv>, methods: string[]): Response =>
  problem(c, "method-not-allowed", {
    detail: `Use ${methods.join(" or ")}.`,
    headers: { allow: methods.join(", ") },
  })
