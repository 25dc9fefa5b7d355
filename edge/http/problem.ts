import type { Context } from "hono"
import type { EdgeEnv } from "./context.ts"

/**
 * Every problem that the API returns (RFC 9457). `type` (the key) is stable; `title` names the condition and is the
 * same for every occurrence; `detail` says what to do, and a response may replace it with a more specific text.
 * No other file of the edge contains an HTTP error status.
 */
export const problems = {
  "malformed-body": {
    status: 400,
    title: "Malformed request body",
    detail: "The body is not valid JSON in UTF-8. Send one JSON document.",
  },
  "malformed-idempotency-key": {
    status: 400,
    title: "Invalid Idempotency-Key",
    detail: "Send a key of 1 to 255 visible ASCII characters, with or without double quotes.",
  },
  unauthenticated: {
    status: 401,
    title: "Invalid or missing access token",
    detail:
      "The access token is missing, malformed or expired, or its account is disabled. Get a new token and send the request again.",
  },
  "bad-signature": {
    status: 401,
    title: "Invalid signature",
    detail:
      "The signature is wrong or older than five minutes. Only the processor calls this endpoint; check the secret and the clock of the processor.",
  },
  "bad-refresh-token": {
    status: 401,
    title: "Invalid refresh token",
    detail: "The refresh token was used before, was revoked or has expired. Sign in again.",
  },
  "bad-credentials": {
    status: 401,
    title: "Invalid email or password",
    detail: "Check both and sign in again. For security, the response does not say which one is wrong.",
  },
  "quota-exceeded": {
    status: 403,
    title: "Storage quota exceeded",
    detail: "The files do not fit into the account's storage quota. Delete photos or upload fewer files.",
  },
  "cross-origin-request": {
    status: 403,
    title: "Cross-origin request",
    detail: "Only pages of this API's own origin may use sessions. Other clients use `POST /auth/token`.",
  },
  "insufficient-scope": {
    status: 403,
    title: "Insufficient scope",
    detail:
      "The access token does not have the required scope. Get a token with the scope in the `WWW-Authenticate` header.",
  },
  "not-found": {
    status: 404,
    title: "Resource not found",
    detail: "No resource with this id belongs to the account. Check the id.",
  },
  "method-not-allowed": {
    status: 405,
    title: "Method not allowed",
    detail: "Use one of the methods that the `Allow` header lists.",
  },
  "email-taken": {
    status: 409,
    title: "Email already registered",
    detail: "Sign in, or register another address.",
  },
  "object-missing": {
    status: 409,
    title: "Photo not uploaded",
    detail: "S3 does not have the file yet. PUT it to its presigned URL, then finalize again.",
  },
  "parts-missing": {
    status: 409,
    title: "Upload parts missing",
    detail: "S3 does not have every part yet. PUT the missing parts, then finalize again.",
  },
  "upload-lost": {
    status: 409,
    title: "Multipart upload lost",
    detail:
      "S3 cannot complete the multipart upload: it was aborted, or the same object was written at the same time. Open it again, PUT its parts, then finalize again.",
  },
  "not-multipart": {
    status: 409,
    title: "Not a multipart upload",
    detail: "The photo is small enough for one PUT. PUT it to its presigned URL.",
  },
  "other-checksum-mode": {
    status: 409,
    title: "Multipart upload opened in another checksum mode",
    detail:
      "The first call for a multipart upload decides whether its parts have checksums. Use the same mode for every call.",
  },
  "already-uploaded": {
    status: 409,
    title: "Photo no longer accepts uploads",
    detail: "The photo is already uploaded, or its status is final. Get the photo to see its status.",
  },
  "photo-not-ready": {
    status: 409,
    title: "Photo not ready",
    detail: "Only a COMPLETED photo can be downloaded. Wait until it is COMPLETED.",
  },
  "job-not-finished": {
    status: 409,
    title: "Upload job not finished",
    detail: "Only a finished job has a receipt. Wait until `terminal` is true.",
  },
  "too-many-webhooks": {
    status: 409,
    title: "Webhook limit reached",
    detail: "Delete a webhook before you register another.",
  },
  "too-many-tags": {
    status: 409,
    title: "Tag limit reached",
    detail: "Remove tags from the photo before you add others.",
  },
  "idempotency-key-in-use": {
    status: 409,
    title: "Request with this Idempotency-Key in progress",
    detail:
      "An earlier request with this key has not finished. Send the request again after `Retry-After` seconds.",
  },
  "body-too-large": {
    status: 413,
    title: "Request body too large",
    detail: "The body exceeds 1 MiB. Declare fewer files in one job.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "Unsupported media type",
    detail: "Send the body as JSON with `content-type: application/json`.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "Idempotency-Key used for another request",
    detail: "This key was sent before with a different body. Use a new key for a new request.",
  },
  "validation-failed": {
    status: 422,
    title: "Invalid fields",
    detail: "Correct the fields that `errors` lists and send the request again.",
  },
  "too-many-channels": {
    status: 429,
    title: "Live channel limit reached",
    detail: "An account may have 20 live channels open. Close one, or follow all jobs in one channel.",
  },
  "rate-limited": {
    status: 429,
    title: "Rate limit exceeded",
    detail:
      "Send the request again after `Retry-After` seconds. The `RateLimit` header shows the remaining requests.",
  },
  "internal-error": {
    status: 500,
    title: "Internal error",
    detail: "An unexpected error occurred. Try again; if it persists, report the `traceId`.",
  },
  "receipts-not-configured": {
    status: 501,
    title: "Receipts not configured",
    detail:
      "Receipts need an asymmetric signing key. Set `JWT_SIGNING_KEY` to an RS256 or ES256 key instead of an HS256 key.",
  },
  "storage-unavailable": {
    status: 503,
    title: "Object storage unavailable",
    detail: "Send the request again after `Retry-After` seconds.",
  },
  "identity-provider-unavailable": {
    status: 503,
    title: "Identity provider unavailable",
    detail:
      "The public keys of the token's issuer cannot be loaded. Send the request again after `Retry-After` seconds.",
  },
  "queue-unavailable": {
    status: 503,
    title: "Work queue unavailable",
    detail: "The upload is stored. Finalize it again after `Retry-After` seconds.",
  },
  overloaded: {
    status: 503,
    title: "Temporarily not accepting new uploads",
    detail:
      "Continue the uploads that you already have URLs for. Create new jobs after `Retry-After` seconds.",
  },
  "timed-out": {
    status: 503,
    title: "Request timed out",
    detail:
      "The request took longer than 30 s. It may have succeeded. Send it again, with the same Idempotency-Key if it had one.",
  },
  "database-unavailable": {
    status: 503,
    title: "Database unavailable",
    detail: "Send the request again after `Retry-After` seconds.",
  },
} as const

export type ProblemType = keyof typeof problems

/** One invalid field: a JSON pointer (RFC 6901), a machine-readable code and a human-readable detail. */
export type FieldError = { pointer: string; code: string; detail: string }

export type ProblemFacts = {
  /** Replaces the problem's own `detail`. Never contains secrets or another user's data. */
  detail?: string
  errors?: readonly FieldError[]
  headers?: Record<string, string>
}

/** The `type` member of a problem document. */
export const problemUrn = (type: ProblemType): string => `urn:rapid-photo-upload:problem:${type}`

/** Seconds after which a caller may retry after an outage. */
const retryAfterSeconds = "2"

/** Returns an `application/problem+json` document. */
export const problem = (c: Context<EdgeEnv>, type: ProblemType, facts: ProblemFacts = {}): Response => {
  const { status, title, detail } = problems[type]
  const { headers, ...members } = facts
  const document = {
    type: problemUrn(type),
    title,
    status,
    detail,
    ...members,
    traceId: c.var.trace.traceId,
  }
  return c.body(JSON.stringify(document), status, {
    "content-type": "application/problem+json",
    // RFC 9110 §15.5.2: every 401 has a WWW-Authenticate header.
    ...(status === 401 && { "www-authenticate": 'Bearer realm="rapid-photo-upload"' }),
    ...(status === 503 && { "retry-after": retryAfterSeconds }),
    ...headers,
  })
}
