import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { issueTokens } from "../issue-tokens.ts"
import type { TokenFailure } from "../own-token.ts"
import { readRefreshToken } from "../refresh-family.ts"
import { type RotationFailure, rotateFamily } from "../rotate-family.ts"
import { sameOriginOnly } from "../same-origin.ts"
import { deleteSessionCookie, sessionCookieOf, setSessionCookie } from "../session-cookie.ts"
import { type AccessTokenResponse, accessTokenResponse } from "../token-schema.ts"

/**
 * Tabs share the cookie, and a page may be reloaded before it has stored the next one. Without a leeway, both would count
 * as theft and sign the user out.
 */
const leewaySeconds = 10

const signInAgain = ["bad-refresh-token", { detail: "Sign in again." }] as const

const failures: FailureProblems<TokenFailure | RotationFailure> = {
  invalid: signInAgain,
  expired: signInAgain,
  reused_or_revoked: signInAgain,
}

export const refreshSession = new Hono<EdgeEnv>().post(
  "/auth/session/refresh",
  describeOperation("refreshSession", {
    tag: "accounts",
    summary: "Refresh the access token of a session",
    description: "Reads the refresh token from the cookie and replaces it. For pages of this origin.",
    security: "session",
    responses: {
      200: { description: "The access token.", schema: accessTokenResponse, headers: ["Set-Cookie"] },
    },
    problems: [...problemTypesOf(failures), "database-unavailable"],
  }),
  sameOriginOnly,
  async (c) => {
    const { config, database } = c.var
    const token = await readRefreshToken(config.jwt, sessionCookieOf(c) ?? "")
    const rotated = token.ok ? await database.run(rotateFamily, { ...token.value, leewaySeconds }) : token
    if (!token.ok || !rotated.ok) {
      deleteSessionCookie(c)
      return respondFailure(c, failures, token.ok ? { reason: "reused_or_revoked" } : token.error)
    }

    c.var.logFacts.userId = token.value.userId
    const { refresh_token, ...accessToken } = await issueTokens(config.jwt, {
      ...token.value,
      ...rotated.value,
    })
    setSessionCookie(c, refresh_token, token.value.expiresAt)
    c.header("cache-control", "no-store")
    return c.json(accessToken satisfies AccessTokenResponse)
  },
)
