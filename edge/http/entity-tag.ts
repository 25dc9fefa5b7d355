import type { Context } from "hono"
import type { Config } from "../config.ts"
import type { EdgeEnv } from "./context.ts"

/** Maximum number of entity tags read from If-None-Match. Further tags are ignored. */
const maxKnownTags = 20

/**
 * Returns the entity tags that the caller has cached (If-None-Match), without quotes. A statement can use them to skip
 * unchanged data. Proxies may weaken a tag: If-None-Match uses the weak comparison (RFC 9110 §13.1.2).
 */
export const knownTagsOf = (c: Context<EdgeEnv>): string[] =>
  (c.req.header("if-none-match") ?? "").split(",", maxKnownTags).flatMap((tag) => {
    const opaque = /^(?:W\/)?"([\x21\x23-\x7e]*)"$/.exec(tag.trim())?.[1]
    return opaque === undefined ? [] : [opaque]
  })

/**
 * Sets a strong entity tag. Returns 304 when the caller has the current response cached, or null. Responses are
 * private: shared caches must not store them.
 */
export const notModified = (c: Context<EdgeEnv>, tag: string): Response | null => {
  const isKnown = c.req.header("if-none-match")?.trim() === "*" || knownTagsOf(c).includes(tag)
  if (isKnown) return respondNotModified(c, tag)
  setCacheHeaders(c, tag)
  return null
}

/** Returns 304 when a statement found that the caller's tag is current. */
export const respondNotModified = (c: Context<EdgeEnv>, tag: string): Response => {
  setCacheHeaders(c, tag)
  return c.body(null, 304)
}

/** Returns the span of stable download URLs at `now`. A response with such URLs changes with every span. */
export const urlSpanOf = (config: Config, now = Date.now()): number =>
  Math.floor(now / (config.downloadUrlStableSeconds * 1000))

const setCacheHeaders = (c: Context<EdgeEnv>, tag: string): void => {
  c.header("etag", `"${tag}"`)
  c.header("cache-control", "private, no-cache")
}
