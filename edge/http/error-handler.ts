import type { Context, Hono } from "hono"
import { HTTPException } from "hono/http-exception"
import { InactiveUser } from "../../db/edge.ts"
import { DatabaseUnavailable } from "../../db/outage.ts"
import { ObjectStoreUnavailable } from "../clients/object-store/s3-request.ts"
import { WorkQueueUnavailable } from "../clients/work-queue.ts"
import type { EdgeEnv } from "./context.ts"
import { logError } from "./log.ts"
import { problem } from "./problem.ts"
import { TimedOut } from "./time-limit.ts"
import { InvalidBody, UnknownId, validationFailed } from "./validation.ts"

/** Turns what was thrown into a problem: an outage says so, a bug says its trace id and nothing more. */
export const onError = (error: Error, c: Context<EdgeEnv>): Response => {
  if (error instanceof HTTPException && error.status === 400)
    return problem(c, "malformed-body", { detail: "Send one JSON document in UTF-8." })
  if (error instanceof InvalidBody) return validationFailed(c, error.errors)
  if (error instanceof UnknownId) return problem(c, "not-found")
  if (error instanceof InactiveUser)
    return problem(c, "unauthenticated", { detail: "The account of this token is gone or disabled." })
  logError(c, error)
  if (error instanceof TimedOut) return problem(c, "timed-out")
  if (error instanceof DatabaseUnavailable) return problem(c, "database-unavailable")
  if (error.name === "IdentityProviderUnavailable") return problem(c, "identity-provider-unavailable")
  if (error instanceof ObjectStoreUnavailable) return problem(c, "storage-unavailable")
  if (error instanceof WorkQueueUnavailable) return problem(c, "queue-unavailable")
  return problem(c, "internal-error")
}

/** 404 for a path nobody knows, 405 with `Allow` (RFC 9110 §15.5.6) for a known path under another method. */
export const onNotFound =
  (app: Hono<EdgeEnv>) =>
  (c: Context<EdgeEnv>): Response => {
    const allowed = methodsOf(app, c.req.path)
    if (allowed.length === 0)
      return problem(c, "not-found", { detail: "No route has this path. See README.md for the API." })
    return problem(c, "method-not-allowed", {
      detail: `Use ${allowed.join(" or ")}.`,
      headers: { allow: allowed.join(", ") },
    })
  }

const methodsOf = (app: Hono<EdgeEnv>, path: string): string[] => {
  const methods = app.routes
    .filter((route) => route.method !== "ALL" && matches(route.path, path))
    .map((route) => route.method)
  return [...new Set(methods)]
}

const matches = (pattern: string, path: string): boolean => {
  const expected = pattern.split("/")
  const given = path.split("/")
  return (
    expected.length === given.length &&
    expected.every(
      (segment, index) => segment === given[index] || (segment.startsWith(":") && given[index] !== ""),
    )
  )
}
