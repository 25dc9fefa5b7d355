import type { Context } from "hono"
import type { EdgeEnv } from "./context.ts"

/**
 * Every problem a caller can meet (RFC 9457). `type` is stable and for programs; `title` never varies; what is
 * particular to the occurrence is in `detail` and `errors`. No status number stands anywhere else.
 */
export const problems = {
  "malformed-body": { status: 400, title: "The request body is not valid JSON" },
  "malformed-idempotency-key": { status: 400, title: "The Idempotency-Key can't be one" },
  unauthenticated: { status: 401, title: "A valid access token is needed" },
  "bad-refresh-token": { status: 401, title: "The refresh token is not valid any more" },
  "bad-credentials": { status: 401, title: "The e-mail address or the password is wrong" },
  "quota-exceeded": { status: 403, title: "There is no room left for these photos" },
  "insufficient-scope": { status: 403, title: "The access token does not allow this" },
  "not-found": { status: 404, title: "There is no such thing, or it is not yours" },
  "method-not-allowed": { status: 405, title: "The method is not allowed here" },
  "email-taken": { status: 409, title: "An account with this e-mail address exists" },
  "object-missing": { status: 409, title: "The photo has not been uploaded" },
  "parts-missing": { status: 409, title: "Not every part has been uploaded" },
  "not-multipart": { status: 409, title: "The photo comes in one PUT, not in parts" },
  "already-uploaded": { status: 409, title: "The photo does not wait for an upload any more" },
  "photo-not-ready": { status: 409, title: "The photo is not there to be fetched" },
  "too-many-tags": { status: 409, title: "The photo would have too many tags" },
  "idempotency-key-in-use": { status: 409, title: "The first request with this Idempotency-Key still runs" },
  "body-too-large": { status: 413, title: "The request body is too large" },
  "unsupported-media-type": { status: 415, title: "The request body must be JSON" },
  "idempotency-key-reused": {
    status: 422,
    title: "This Idempotency-Key was used for another request",
  },
  "validation-failed": { status: 422, title: "The request has invalid fields" },
  "rate-limited": { status: 429, title: "Too many requests" },
  "internal-error": { status: 500, title: "Something went wrong on our side" },
  "storage-unavailable": { status: 503, title: "The object storage does not answer" },
  "identity-provider-unavailable": { status: 503, title: "The issuer of the token does not answer" },
  "queue-unavailable": { status: 503, title: "The work queue does not answer" },
  overloaded: { status: 503, title: "No more uploads are promised for the moment" },
  "timed-out": { status: 503, title: "The answer took too long" },
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
