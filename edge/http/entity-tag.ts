import type { Context } from "hono"
import type { Config } from "../config.ts"
import type { EdgeEnv } from "./context.ts"

/** Entity tags in one If-None-Match; a client that keeps more than these asks for the whole answer. */
const maxKnownTags = 20

/**
 * The entity tags of the answers that the caller has (If-None-Match), without quotes. A statement that gets them need
 * not read what the caller knows. Proxies may have made a tag weak: If-None-Match compares weakly (RFC 9110 §13.1.2).
 */
export const knownTagsOf = (c: Context<EdgeEnv>): string[] =>
  (c.req.header("if-none-match") ?? "").split(",", maxKnownTags).flatMap((tag) => {
    const opaque = /^(?:W\/)?"([\x21\x23-\x7e]*)"$/.exec(tag.trim())?.[1]
    return opaque === undefined ? [] : [opaque]
  })

/**
 * Marks the answer with a strong entity tag. Returns the 304 when the caller has this very answer, else null. Answers
 * belong to one caller: no shared cache may keep them.
 */
export const notModified = (c: Context<EdgeEnv>, tag: string): Response | null => {
  const isKnown = c.req.header("if-none-match")?.trim() === "*" || knownTagsOf(c).includes(tag)
  if (isKnown) return answerNotModified(c, tag)
  markAnswer(c, tag)
  return null
}

/** The 304 for a caller whose tag a statement has recognised. */
export const answerNotModified = (c: Context<EdgeEnv>, tag: string): Response => {
  markAnswer(c, tag)
  return c.body(null, 304)
}

/** The span of stable download URLs at `now`. An answer with such URLs is another answer in the next span. */
export const urlSpanOf = (config: Config, now = Date.now()): number =>
  Math.floor(now / (config.downloadUrlStableSeconds * 1000))

const markAnswer = (c: Context<EdgeEnv>, tag: string): void => {
  c.header("etag", `"${tag}"`)
  c.header("cache-control", "private, no-cache")
}
