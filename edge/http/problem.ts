import type { Context } from "hono"
import type { EdgeEnv } from "./context.ts"

/**
 * Every problem a caller can meet (RFC 9457). `type` is stable and for programs; `title` never varies; what is
 * particular to the occurrence is in `detail` and `errors`. `about` is for docs/problems.md. No status number stands anywhere else.
 */
export const problems = {
  "malformed-body": {
    status: 400,
    title: "The request body is not valid JSON",
    about: "The body does not parse as JSON in UTF-8. Send one JSON document.",
  },
  "malformed-idempotency-key": {
    status: 400,
    title: "The Idempotency-Key can't be one",
    about: "The header is not 1 to 255 visible ASCII characters. Send such a key, in double quotes or bare.",
  },
  unauthenticated: {
    status: 401,
    title: "A valid access token is needed",
    about:
      "The token is missing, expired or not valid here, or its account is gone. Get a new one and send the request again.",
  },
  "bad-signature": {
    status: 401,
    title: "The signature is wrong, or too old",
    about: "Only the relay calls this, with the secret it shares with the edge and a clock that is right.",
  },
  "bad-refresh-token": {
    status: 401,
    title: "The refresh token is not valid any more",
    about: "It was used, revoked or has expired. Let the person sign in again.",
  },
  "bad-credentials": {
    status: 401,
    title: "The e-mail address or the password is wrong",
    about: "Which of the two is wrong is not said. Let the person type them again.",
  },
  "quota-exceeded": {
    status: 403,
    title: "There is no room left for these photos",
    about: "The files would not fit into the caller's room. Delete photos, or send fewer.",
  },
  "insufficient-scope": {
    status: 403,
    title: "The access token does not allow this",
    about: "The token is good but lacks a scope that `WWW-Authenticate` names. Get a token that has it.",
  },
  "not-found": {
    status: 404,
    title: "There is no such thing, or it is not yours",
    about:
      "The id is unknown, or belongs to somebody else: the two look the same. Don't send the request again.",
  },
  "method-not-allowed": {
    status: 405,
    title: "The method is not allowed here",
    about: "The path exists under other methods; `Allow` lists them.",
  },
  "email-taken": {
    status: 409,
    title: "An account with this e-mail address exists",
    about: "Sign in, or register another address.",
  },
  "object-missing": {
    status: 409,
    title: "The photo has not been uploaded",
    about: "Finalized before S3 had the file. PUT it to its presigned URL, then finalize again.",
  },
  "parts-missing": {
    status: 409,
    title: "Not every part has been uploaded",
    about:
      "Finalized before S3 had every part; `detail` names those that are missing. PUT them, then finalize again.",
  },
  "not-multipart": {
    status: 409,
    title: "The photo comes in one PUT, not in parts",
    about: "Parts were asked for a photo small enough for one PUT. PUT it to its presigned URL.",
  },
  "already-uploaded": {
    status: 409,
    title: "The photo does not wait for an upload any more",
    about:
      "No URL is given for a photo that has its bytes or has ended. Ask for the photo to learn how it stands.",
  },
  "photo-not-ready": {
    status: 409,
    title: "The photo is not there to be fetched",
    about: "Only a COMPLETED photo can be downloaded. Wait until it is.",
  },
  "too-many-webhooks": {
    status: 409,
    title: "You have as many webhooks as one may",
    about: "Delete one before you register another.",
  },
  "too-many-tags": { status: 409, title: "The photo would have too many tags", about: "Remove tags first." },
  "idempotency-key-in-use": {
    status: 409,
    title: "The first request with this Idempotency-Key still runs",
    about: "The first request with the key has not been answered yet. Send it again after `Retry-After`.",
  },
  "body-too-large": {
    status: 413,
    title: "The request body is too large",
    about: "The body is over 1 MiB. Announce fewer files in one job.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "The request body must be JSON",
    about: "Send `content-type: application/json`.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "This Idempotency-Key was used for another request",
    about: "The key came with another request before. Take a new key for a new request.",
  },
  "validation-failed": {
    status: 422,
    title: "The request has invalid fields",
    about: "`errors` has a pointer to each field that is wrong. Correct them and send the request again.",
  },
  "too-many-channels": {
    status: 429,
    title: "Too many live channels are open",
    about: "A user may have 20 at once. Close one, or follow all jobs in one channel.",
  },
  "rate-limited": {
    status: 429,
    title: "Too many requests",
    about: "Send the request again after `Retry-After`; `RateLimit` says how much is left.",
  },
  "internal-error": {
    status: 500,
    title: "Something went wrong on our side",
    about: "A bug. Tell us the `traceId`; sending the request again may help.",
  },
  "storage-unavailable": {
    status: 503,
    title: "The object storage does not answer",
    about: "Send the request again after `Retry-After`.",
  },
  "identity-provider-unavailable": {
    status: 503,
    title: "The issuer of the token does not answer",
    about: "The keys of the foreign issuer can't be fetched. Send the request again after `Retry-After`.",
  },
  "queue-unavailable": {
    status: 503,
    title: "The work queue does not answer",
    about: "Nothing is lost: finalize again after `Retry-After`.",
  },
  overloaded: {
    status: 503,
    title: "No more uploads are promised for the moment",
    about:
      "More waits to be processed than is good. Go on with uploads under way, ask for new ones after `Retry-After`.",
  },
  "timed-out": {
    status: 503,
    title: "The answer took too long",
    about:
      "No answer within 30 s. Whether the request was carried out is unknown: send it again, with its Idempotency-Key where it has one.",
  },
  "database-unavailable": {
    status: 503,
    title: "The database does not answer",
    about: "Send the request again after `Retry-After`.",
  },
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

/** A problem's `type` as it is sent. */
export const problemUrn = (type: ProblemType): string => `urn:rapid-photo-upload:problem:${type}`

/** Seconds after which a caller may try again what an outage refused. */
const retryAfterSeconds = "2"

/** Answers with an `application/problem+json` document. */
export const problem = (c: Context<EdgeEnv>, type: ProblemType, facts: ProblemFacts = {}): Response => {
  const { status, title } = problems[type]
  const { headers, ...members } = facts
  const document = {
    type: problemUrn(type),
    title,
    status,
    ...members,
    traceId: c.var.trace.traceId,
  }
  return c.body(JSON.stringify(document), status, {
    "content-type": "application/problem+json",
    // RFC 9110 §15.5.2: every 401 says how to authenticate.
    ...(status === 401 && { "www-authenticate": 'Bearer realm="rapid-photo-upload"' }),
    ...(status === 503 && { "retry-after": retryAfterSeconds }),
    ...headers,
  })
}
