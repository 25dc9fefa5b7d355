import { cors } from "hono/cors"
import { createMiddleware } from "hono/factory"
import type { EdgeEnv } from "./context.ts"

// No credentials: a page of another origin sends a token and no cookie, so it cannot use the session of this origin's page.
// hono/cors alone also sends preflight responses to other origins.
const allow = cors({
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

/** CORS for web apps of the configured origins. Requests of other origins get no CORS headers. */
export const crossOrigin = createMiddleware<EdgeEnv>(async (c, next) => {
  const { corsOrigins } = c.var.config
  if (corsOrigins.length === 0) return next()
  const origin = c.req.header("origin")
  const isAllowed = origin !== undefined && (corsOrigins.includes("*") || corsOrigins.includes(origin))
  const isPreflight =
    c.req.method === "OPTIONS" && c.req.header("access-control-request-method") !== undefined
  if (isAllowed && (isPreflight || c.req.method !== "OPTIONS")) return allow(c, next)
  await next()
  c.header("vary", "Origin", { append: true })
})
