import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { newId } from "../../new-id.ts"
import { authenticate, authenticationProblems } from "../authenticate.ts"
import { issueTokens } from "../issue-tokens.ts"
import { newRefreshFamily } from "../refresh-family.ts"
import { sameOriginOnly } from "../same-origin.ts"
import { setSessionCookie } from "../session-cookie.ts"
import { type AccessTokenResponse, accessTokenResponse } from "../token-schema.ts"

export const openSession = new Hono<EdgeEnv>().post(
  "/auth/session",
  describeOperation("openSession", {
    tag: "accounts",
    summary: "Open a session of a web page",
    description:
      "Send email and password as HTTP Basic credentials. Returns an access token, and sets the refresh token as a cookie that scripts cannot read. For pages of this origin.",
    security: "basic",
    responses: {
      200: { description: "The access token.", schema: accessTokenResponse, headers: ["Set-Cookie"] },
    },
    isRateLimited: true,
    problems: [...authenticationProblems, "database-unavailable"],
  }),
  sameOriginOnly,
  async (c) => {
    const user = await authenticate(c)
    if (!user.ok) return user.error

    const { jwt } = c.var.config
    const family = newRefreshFamily(jwt, user.value, newId.family())
    const { refresh_token, ...accessToken } = await issueTokens(jwt, family)
    setSessionCookie(c, refresh_token, family.expiresAt)
    c.header("cache-control", "no-store")
    return c.json(accessToken satisfies AccessTokenResponse)
  },
)
