import { every } from "hono/combine"
import { createMiddleware } from "hono/factory"
import { secureHeaders } from "hono/secure-headers"
import type { EdgeEnv } from "./context.ts"

// Responses are JSON for the caller only: browsers need not render, run or frame anything.
const options = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  xFrameOptions: "DENY",
  // These apply to documents only.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
  // A handler that sets a header itself (the API reference) keeps it.
  overwrite: false,
}

const overHttp = secureHeaders({ ...options, strictTransportSecurity: false })
const overHttps = secureHeaders({
  ...options,
  strictTransportSecurity: "max-age=63072000; includeSubDomains",
})

const transportSecurity = createMiddleware<EdgeEnv>((c, next) =>
  // RFC 6797 §7.2: the header must not be sent over plain HTTP.
  c.req.url.startsWith("https:") ? overHttps(c, next) : overHttp(c, next),
)

// hono/secure-headers does not set it.
const noStoreByDefault = createMiddleware<EdgeEnv>(async (c, next) => {
  await next()
  if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store")
})

/** Adds the headers that restrict what browsers and caches may do with a response. */
export const securityHeaders = every(transportSecurity, noStoreByDefault)
