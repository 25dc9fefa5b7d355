import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { validJson } from "../../http/validation.ts"
import type { TokenFailure } from "../own-token.ts"
import { readRefreshToken } from "../refresh-family.ts"
import { refreshTokenRequest } from "../refresh-token-request.ts"
import { revokeFamily } from "../revoke-family.ts"

// A token that has expired is revoked already.
const failures: FailureProblems<Exclude<TokenFailure, { reason: "expired" }>> = {
  invalid: "bad-refresh-token",
}

/** Access tokens stay valid until they expire, within minutes: verifying them does not read the database. */
export const revokeToken = new Hono<EdgeEnv>().post(
  "/auth/logout",
  describeOperation("revokeToken", {
    tag: "accounts",
    summary: "Sign out",
    description:
      "Revokes the refresh token and every token of the same sign-in. Access tokens remain valid until they expire.",
    responses: { 204: { description: "Signed out." } },
    problems: [...problemTypesOf(failures), "database-unavailable"],
  }),
  validJson(refreshTokenRequest),
  async (c) => {
    const { config, database } = c.var
    const token = await readRefreshToken(config.jwt, c.req.valid("json").refresh_token)
    if (token.ok) await database.run(revokeFamily, token.value)
    else if (token.error.reason !== "expired") return respondFailure(c, failures, token.error)
    return c.body(null, 204)
  },
)
