import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validJson } from "../../http/validation.ts"
import { issueTokens } from "../issue-tokens.ts"
import type { TokenFailure } from "../own-token.ts"
import { readRefreshToken } from "../refresh-family.ts"
import { refreshTokenRequest } from "../refresh-token-request.ts"
import { type RotationFailure, rotateFamily } from "../rotate-family.ts"
import { tokenResponse } from "../token-schema.ts"

const badRefreshToken = ["bad-refresh-token", { detail: "Sign in again." }] as const

const failures: FailureProblems<TokenFailure | RotationFailure> = {
  invalid: badRefreshToken,
  expired: badRefreshToken,
  reused_or_revoked: badRefreshToken,
}

export const refreshToken = new Hono<EdgeEnv>().post(
  "/auth/refresh",
  describeOperation("refreshToken", {
    tag: "accounts",
    summary: "Refresh an access token",
    description:
      "Returns a new access token and the next refresh token. A refresh token can be used once: using it again revokes every token of the same sign-in.",
    responses: { 200: { description: "The tokens.", schema: tokenResponse } },
    problems: [...problemTypesOf(failures), "database-unavailable"],
  }),
  validJson(refreshTokenRequest),
  async (c) => {
    const { config, database } = c.var
    const token = await readRefreshToken(config.jwt, c.req.valid("json").refresh_token)
    if (!token.ok) return respondFailure(c, failures, token.error)
    c.var.logFacts.userId = token.value.userId
    const rotated = await database.run(rotateFamily, { ...token.value, leewaySeconds: 0 })
    if (!rotated.ok) return respondFailure(c, failures, rotated.error)

    c.header("cache-control", "no-store")
    return c.json(await issueTokens(config.jwt, { ...token.value, ...rotated.value }))
  },
)
