import type { MiddlewareHandler } from "hono"
import { createMiddleware } from "hono/factory"
import type * as z from "zod"
import type { Scope } from "./context.ts"
import type { ProblemType } from "./problem.ts"

/** The sections of the API reference. */
export const tags = {
  accounts: "Create accounts, issue and revoke tokens, publish the keys that verify them.",
  uploads: "Create upload jobs, upload their files, follow their progress.",
  photos: "List, search, tag, download and delete photos.",
  live: "Follow jobs over server-sent events or WebSocket, or receive events at a webhook.",
  service: "Endpoints that the system itself calls.",
} as const

/** Descriptions of response headers, shared by all operations. */
export const headerDescriptions = {
  ETag: "Entity tag of this response. Send it in `If-None-Match` to get 304 if nothing has changed.",
  Link: 'The next page (RFC 8288, `rel="next"`). Absent on the last page.',
  Location: "URL of the created resource.",
  RateLimit: "Remaining requests and seconds until the limit resets (draft-ietf-httpapi-ratelimit-headers).",
  "RateLimit-Policy": "The rate limit (draft-ietf-httpapi-ratelimit-headers).",
  "Retry-After": "Seconds to wait before the next attempt.",
  "Set-Cookie":
    "The cookie with the refresh token: HttpOnly, SameSite=Strict, and Secure except on a local system.",
  "WWW-Authenticate": "How to authenticate (RFC 9110 §11.6.1).",
  "Idempotency-Replayed":
    "`true` if this response repeats the response to an earlier request with the same key.",
} as const

/** Descriptions of request headers, shared by all operations. */
export const parameterDescriptions = {
  "If-None-Match": "`ETag` of an earlier response. Returns 304 if nothing has changed since.",
  "Idempotency-Key":
    "1 to 255 visible ASCII characters. A repeated request with the same key returns the first response and changes nothing.",
  "Last-Event-ID": "Id of the last received event. The stream resumes after it.",
} as const

export type HeaderName = keyof typeof headerDescriptions
export type ParameterName = keyof typeof parameterDescriptions

/** A successful response. */
export type SuccessResponse = {
  description: string
  /** The body as it is sent, after transforms. */
  schema?: z.ZodType
  /** The schema's name in the document. The default is derived from the operation's id. */
  name?: string
  contentType?: string
  /** Types of further representations, which are described as text. */
  otherContentTypes?: readonly string[]
  headers?: readonly HeaderName[]
}

export type Operation = {
  /** The name of the slice, in camelCase. */
  id: string
  tag: keyof typeof tags
  summary: string
  description?: string
}

/** The part of an operation's description that a middleware or a handler adds. A route's facts are merged. */
export type Facts = {
  /** The route is not part of the API. */
  isPage?: boolean
  operation?: Operation
  responses?: Record<number, SuccessResponse>
  problems?: readonly ProblemType[]
  parameters?: readonly ParameterName[]
  /** How the caller authenticates. Absent for public operations. */
  security?: "basic" | "session" | { bearer: Scope }
  body?: z.ZodType
  path?: z.ZodType
  query?: z.ZodType
  /** Responses have an `ETag`, and `If-None-Match` is supported. */
  isCached?: boolean
  isRateLimited?: boolean
}

const factsKey = Symbol("facts")

/** Attaches facts to a handler without changing its type or behaviour. */
export const withFacts = <Handler extends object>(handler: Handler, facts: Facts): Handler =>
  Object.assign(handler, { [factsKey]: facts })

/** Returns the facts that are attached to a handler. */
export const factsOf = (handler: object): Facts => {
  const { [factsKey]: facts = {} } = handler as { [factsKey]?: Facts }
  return facts
}

type Description = Omit<Operation, "id"> & Omit<Facts, "operation" | "body" | "path" | "query">

/** Describes a route for the OpenAPI document. The middleware itself does nothing at runtime. */
export const describeOperation = (id: string, description: Description): MiddlewareHandler => {
  const { tag, summary, description: text, ...facts } = description
  const operation = { id, tag, summary, ...(text !== undefined && { description: text }) }
  return withFacts(
    createMiddleware((_, next) => next()),
    { ...facts, operation },
  )
}

/** Leaves a route out of the OpenAPI document: it returns a page for people. The middleware does nothing at runtime. */
export const htmlPage: MiddlewareHandler = withFacts(
  createMiddleware((_, next) => next()),
  { isPage: true },
)

/** The facts that the bearer middleware adds to every route that it protects. */
export const bearerFacts = (scope: Scope): Facts => ({
  security: { bearer: scope },
  problems: [
    "unauthenticated",
    "insufficient-scope",
    "identity-provider-unavailable",
    "database-unavailable",
  ],
})
