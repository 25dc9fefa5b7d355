import type { MiddlewareHandler } from "hono"
import { createMiddleware } from "hono/factory"
import type * as z from "zod"
import type { Scope } from "./context.ts"
import type { ProblemType } from "./problem.ts"

export const tags = {
  accounts: "Who may call: registering, signing in, the keys that sign tokens.",
  uploads: "Bringing photos in: announce a job, PUT each file to its presigned URL, finalize, follow.",
  photos: "What was brought in: looking, searching, tagging, downloading, deleting.",
  live: "Being told: server-sent events and WebSockets that say the same as polling, as it happens.",
  service: "About the API itself.",
} as const

/** Response headers that are documented once and referred to by name. */
export const headerAbout = {
  ETag: "Entity tag of exactly this answer; send it in `If-None-Match` to get a 304 while nothing has changed.",
  Link: 'The next page (RFC 8288, `rel="next"`); absent at the end of the list.',
  Location: "Where the new thing is.",
  RateLimit: "What is left of the limit (draft-ietf-httpapi-ratelimit-headers).",
  "RateLimit-Policy": "The limit itself (draft-ietf-httpapi-ratelimit-headers).",
  "Retry-After": "Seconds after which asking again makes sense.",
  "WWW-Authenticate": "How to authenticate (RFC 9110 §11.6.1).",
  "Idempotency-Replayed": "`true` when this is the first request's answer, given again.",
} as const

/** Request headers that are documented once and referred to by name. */
export const parameterAbout = {
  "If-None-Match": "The `ETag` of the answer one has: a 304 says that it is still good.",
  "Idempotency-Key":
    "1 to 255 visible ASCII characters: a request sent again with the same key is answered, not carried out, again.",
  "Last-Event-ID": "The id of the last event received: the stream goes on behind it.",
} as const

export type HeaderName = keyof typeof headerAbout
export type ParameterName = keyof typeof parameterAbout

/** A success a caller can meet. */
export type Answer = {
  description: string
  /** What is really sent: after transforms. */
  schema?: z.ZodType
  /** The schema's name in the document; by default it follows from the operation. */
  name?: string
  contentType?: string
  headers?: readonly HeaderName[]
}

export type Operation = {
  /** The slice, in camelCase. */
  id: string
  tag: keyof typeof tags
  summary: string
  description?: string
}

/** What a middleware or a handler knows of the operation it stands in; together they make its description. */
export type Facts = {
  operation?: Operation
  answers?: Record<number, Answer>
  problems?: readonly ProblemType[]
  parameters?: readonly ParameterName[]
  /** The caller's way to say who they are; without it anybody may call. */
  security?: "basic" | { bearer: Scope }
  body?: z.ZodType
  path?: z.ZodType
  query?: z.ZodType
  /** Answers carry an entity tag and `If-None-Match` is heeded. */
  isCached?: boolean
  isRateLimited?: boolean
}

const factsKey = Symbol("facts")

/** Attaches what a middleware knows to it; its type and its work stay what they are. */
export const withFacts = <Handler extends object>(handler: Handler, facts: Facts): Handler =>
  Object.assign(handler, { [factsKey]: facts })

/** What was attached to a handler. */
export const factsOf = (handler: object): Facts => {
  const { [factsKey]: facts = {} } = handler as { [factsKey]?: Facts }
  return facts
}

type Description = Omit<Operation, "id"> & Omit<Facts, "operation" | "body" | "path" | "query">

/** Describes a route in the OpenAPI document. It does nothing to requests; `/docs` and the tests read it. */
export const describeOperation = (id: string, description: Description): MiddlewareHandler => {
  const { tag, summary, description: text, ...facts } = description
  const operation = { id, tag, summary, ...(text !== undefined && { description: text }) }
  return withFacts(
    createMiddleware((_, next) => next()),
    { ...facts, operation },
  )
}

/** What standing behind the bearer middleware means for a route. */
export const bearerFacts = (scope: Scope): Facts => ({
  security: { bearer: scope },
  problems: [
    "unauthenticated",
    "insufficient-scope",
    "identity-provider-unavailable",
    "database-unavailable",
  ],
})
