import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { newId } from "../../new-id.ts"
import { authenticate, authenticationProblems } from "../authenticate.ts"
import { issueTokens } from "../issue-tokens.ts"
import { newRefreshFamily } from "../refresh-family.ts"
import { tokenResponse } from "../token-schema.ts"

export const issueToken = new Hono<EdgeEnv>().post(
  "/auth/token",
  describeOperation("issueToken", {
    tag: "accounts",
    summary: "Issue an access token and a refresh token",
    description: "Send email and password as HTTP Basic credentials.",
    security: "basic",
    responses: { 200: { description: "The tokens (RFC 6749 §5.1).", schema: tokenResponse } },
    isRateLimited: true,
    problems: [...authenticationProblems, "database-unavailable"],
  }),
  async (c) => {
    const user = await authenticate(c)
    if (!user.ok) return user.error

    const { jwt } = c.var.config
    c.header("cache-control", "no-store")
    return c.json(await issueTokens(jwt, newRefreshFamily(jwt, user.value, newId.family())))
  },
)
