import type { Context } from "hono"
import type { Config } from "../config.ts"
import type { EdgeEnv } from "./context.ts"

/**
 * Marks the answer with a strong entity tag and gives the 304 when the caller has this very answer already
 * (RFC 9110 §13.1.2), else null. Answers are the caller's own: no shared cache keeps them.
 */
export const notModified = (c: Context<EdgeEnv>, tag: string): Response | null => {
  const etag = `"${tag}"`
  c.header("etag", etag)
  c.header("cache-control", "private, no-cache")
  const held = c.req.header("if-none-match")
  return held && isHeld(held, etag) ? c.body(null, 304) : null
}

/** In which span of stable download URLs we are: what shows such URLs is another answer in the next span. */
export const urlSpanOf = (config: Config, now = Date.now()): number =>
  Math.floor(now / (config.downloadUrlStableSeconds * 1000))

// Proxies may have made the tag weak: If-None-Match compares weakly.
const isHeld = (header: string, etag: string): boolean =>
  header.trim() === "*" || header.split(",").some((held) => held.trim().replace(/^W\//, "") === etag)
