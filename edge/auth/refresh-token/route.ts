import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validJson } from "../../http/validation.ts"
import { issueTokens } from "../issue-tokens.ts"
import { readRefreshToken } from "../refresh-family.ts"
import { refreshTokenRequest } from "../refresh-token-request.ts"
import { tokenResponse } from "../token-schema.ts"
import { rotateFamily } from "./sql.ts"

export const refreshToken = new Hono<EdgeEnv>().post(
  "/auth/refresh",
  describeOperation("refreshToken", {
    tag: "accounts",
    summary: "Refresh an access token",
    description:
      "Returns a new access token and the next refresh token. A refresh token is valid once: using it again revokes every token of the same sign-in.",
    answers: { 200: { description: "The tokens.", schema: tokenResponse } },
    problems: ["bad-refresh-token", "database-unavailable"],
  }),
  validJson(refreshTokenRequest),
  async (c) => {
    const { config, database } = c.var
    const token = await readRefreshToken(config.jwt, c.req.valid("json").refresh_token)
    if (!token.ok) return problem(c, "bad-refresh-token", { detail: "Sign in again." })
    c.var.logFacts.userId = token.value.userId
    const { isRotated } = await database.run(rotateFamily, token.value)
    if (!isRotated) return problem(c, "bad-refresh-token", { detail: "Sign in again." })

    c.header("cache-control", "no-store")
    return c.json(await issueTokens(config.jwt, { ...token.value, generation: token.value.generation + 1 }))
  },
)
