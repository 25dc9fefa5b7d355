import type { Context } from "hono"
import type { EdgeEnv } from "./context.ts"
import { problem } from "./problem.ts"
import type { BucketPolicy, Taken } from "./token-bucket.ts"

/**
 * Sets the RateLimit headers. Returns 429 when the limit is exceeded, or null.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export const rateLimited = (
  c: Context<EdgeEnv>,
  name: string,
  policy: BucketPolicy,
  taken: Pick<Taken, "isAllowed" | "remaining" | "resetSeconds">,
): Response | null => {
  const headers = {
    "ratelimit-policy": `"${name}";q=${policy.capacity};w=${Math.ceil(policy.fillMs / 1000)}`,
    ratelimit: `"${name}";r=${taken.remaining};t=${taken.resetSeconds}`,
  }
  if (taken.isAllowed) {
    for (const [header, value] of Object.entries(headers)) c.header(header, value)
    return null
  }
  return problem(c, "rate-limited", {
    detail: `Try again in ${taken.resetSeconds} s.`,
    headers: { ...headers, "retry-after": String(taken.resetSeconds) },
  })
}
