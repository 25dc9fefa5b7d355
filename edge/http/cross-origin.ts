import { cors } from "hono/cors"
import { createMiddleware } from "hono/factory"
import type { EdgeEnv } from "./context.ts"

// No credentials: a caller shows a token, never a cookie, so no page can use somebody's session behind their back.
const answer = cors({
  origin: (origin, c) => (c.var.config.corsOrigins.includes("*") ? "*" : origin),
  allowMethods: ["GET", "HEAD", "POST", "DELETE"],
  allowHeaders: [
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "last-event-id",
    "traceparent",
  ],
  exposeHeaders: [
    "ETag",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "traceparent",
    "Idempotency-Replayed",
  ],
  maxAge: 600,
})

/** Lets the web apps of the configured origins call (CORS) and answers their preflights; to others it is silent. */
export const crossOrigin = createMiddleware<EdgeEnv>(async (c, next) => {
  const { corsOrigins } = c.var.config
  if (corsOrigins.length === 0) return next()
  const origin = c.req.header("origin")
  const isAllowed = origin !== undefined && (corsOrigins.includes("*") || corsOrigins.includes(origin))
  const isPreflight =
    c.req.method === "OPTIONS" && c.req.header("access-control-request-method") !== undefined
  if (isAllowed && (isPreflight || c.req.method !== "OPTIONS")) return answer(c, next)
  await next()
  c.header("vary", "Origin", { append: true })
})
