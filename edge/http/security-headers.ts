import type { Context } from "hono"
import { createMiddleware } from "hono/factory"
import type { EdgeEnv } from "./context.ts"

// An API has nothing to show, to run or to be framed, and its answers are the caller's own. A handler that knows
// better (the reference page, the public keys) sets the header itself.
const defaults = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
}

const twoYears = "max-age=63072000; includeSubDomains"

/** Gives every answer the headers that keep browsers from making more of it than it is. */
export const securityHeaders = createMiddleware<EdgeEnv>(async (c, next) => {
  await next()
  if (c.res.status === 101) return
  for (const [name, value] of Object.entries(defaults)) setDefault(c, name, value)
  // RFC 6797 §7.2: over plain HTTP it must not be sent.
  if (c.req.url.startsWith("https:")) c.header("strict-transport-security", twoYears)
})

const setDefault = (c: Context<EdgeEnv>, name: string, value: string): void => {
  if (!c.res.headers.has(name)) c.header(name, value)
}
