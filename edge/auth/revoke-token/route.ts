import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { validJson } from "../../http/validation.ts"
import { readRefreshToken } from "../refresh-family.ts"
import { refreshTokenRequest } from "../refresh-token-request.ts"
import { revokeFamily } from "./sql.ts"

/** Access tokens stay valid until they expire, within minutes: verifying them does not read the database. */
export const revokeToken = new Hono<EdgeEnv>().post(
  "/auth/logout",
  describeOperation("revokeToken", {
    tag: "accounts",
    summary: "Sign out",
    description:
      "Revokes the refresh token and every token of the same sign-in. Access tokens remain valid until they expire.",
    answers: { 204: { description: "Signed out." } },
    problems: ["bad-refresh-token", "database-unavailable"],
  }),
  validJson(refreshTokenRequest),
  async (c) => {
    const { config, database } = c.var
    const token = await readRefreshToken(config.jwt, c.req.valid("json").refresh_token)
    if (token.ok) await database.run(revokeFamily, token.value)
    else if (token.error === "invalid") return problem(c, "bad-refresh-token")
    return c.body(null, 204)
  },
)
