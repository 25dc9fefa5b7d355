import type { Context } from "hono"
import type { EdgeEnv } from "./context.ts"

/**
 * Every problem a caller can meet (RFC 9457). `type` is stable and for programs; `title` never varies; what is
 * particular to the occurrence is in `detail` and `errors`. No status number stands anywhere else.
 */
const problems = {
  "malformed-body": { status: 400, title: "The request body is not valid JSON" },
  unauthenticated: { status: 401, title: "A valid access token is needed" },
  "bad-credentials": { status: 401, title: "The e-mail address or the password is wrong" },
  "insufficient-scope": { status: 403, title: "The access token does not allow this" },
  "not-found": { status: 404, title: "There is no such thing, or it is not yours" },
  "method-not-allowed": { status: 405, title: "The method is not allowed here" },
  "email-taken": { status: 409, title: "An account with this e-mail address exists" },
  "object-missing": { status: 409, title: "The photo has not been uploaded" },
  "body-too-large": { status: 413, title: "The request body is too large" },
  "unsupported-media-type": { status: 415, title: "The request body must be JSON" },
  "validation-failed": { status: 422, title: "The request has invalid fields" },
  "internal-error": { status: 500, title: "Something went wrong on our side" },
  "storage-unavailable": { status: 503, title: "The object storage does not answer" },
  "queue-unavailable": { status: 503, title: "The work queue does not answer" },
  "database-unavailable": { status: 503, title: "The database does not answer" },
} as const

export type ProblemType = keyof typeof problems

/** What is wrong with one field: `pointer` (RFC 6901) says where, `code` is for programs, `detail` for people. */
export type FieldError = { pointer: string; code: string; detail: string }

export type ProblemFacts = {
  /** What happened and what to do about it. Never holds secrets or another user's data. */
  detail?: string
  errors?: readonly FieldError[]
  headers?: Record<string, string>
}

/** Seconds after which a caller may try again what an outage refused. */
const retryAfterSeconds = "2"

/** Answers with an `application/problem+json` document. */
export const problem = (c: Context<EdgeEnv>, type: ProblemType, facts: ProblemFacts = {}): Response => {
  const { status, title } = problems[type]
  const { headers, ...members } = facts
  const document = {
    type: `urn:rapid-photo-upload:problem:${type}`,
    title,
    status,
    ...members,
    traceId: c.var.trace.traceId,
  }
  return c.body(JSON.stringify(document), status, {
    "content-type": "application/problem+json",
    ...(status === 503 && { "retry-after": retryAfterSeconds }),
    ...headers,
  })
}
