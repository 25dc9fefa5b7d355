import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { readRefreshToken } from "../refresh-family.ts"
import { revokeFamily } from "../revoke-family.ts"
import { sameOriginOnly } from "../same-origin.ts"
import { deleteSessionCookie, sessionCookieOf } from "../session-cookie.ts"

export const closeSession = new Hono<EdgeEnv>().delete(
  "/auth/session",
  describeOperation("closeSession", {
    tag: "accounts",
    summary: "Close the session of a web page",
    description:
      "Revokes every refresh token of the sign-in and deletes the cookie. Access tokens remain valid until they expire. For pages of this origin.",
    security: "session",
    responses: { 204: { description: "Signed out. Idempotent.", headers: ["Set-Cookie"] } },
    problems: ["database-unavailable"],
  }),
  sameOriginOnly,
  async (c) => {
    const { config, database } = c.var
    const token = await readRefreshToken(config.jwt, sessionCookieOf(c) ?? "")
    if (token.ok) await database.run(revokeFamily, token.value)
    deleteSessionCookie(c)
    return c.body(null, 204)
  },
)
