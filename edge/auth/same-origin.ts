import { createMiddleware } from "hono/factory"
import type { EdgeEnv } from "../http/context.ts"
import { withFacts } from "../http/operation-docs.ts"
import { problem } from "../http/problem.ts"

/**
 * Accepts only requests from pages of this origin, against cross-site request forgery: SameSite alone allows other hosts
 * of the same site. Browsers set both headers, and no script can change them. A request without either does not come
 * from a current browser. (https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html)
 */
export const sameOriginOnly = withFacts(
  createMiddleware<EdgeEnv>(async (c, next) => {
    const site = c.req.header("sec-fetch-site")
    const isSameOrigin =
      site === undefined ? c.req.header("origin") === new URL(c.req.url).origin : site === "same-origin"
    return isSameOrigin ? next() : problem(c, "cross-origin-request")
  }),
  { problems: ["cross-origin-request"] },
)
