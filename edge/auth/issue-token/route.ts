import { type Context, Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { problem } from "../../http/problem.ts"
import { newId } from "../../new-id.ts"
import { issueTokens } from "../issue-tokens.ts"
import { isPassword } from "../password.ts"
import { newRefreshFamily } from "../refresh-family.ts"
import { attemptSignIn } from "../sign-in-attempts.ts"
import { tokenResponse } from "../token-schema.ts"
import { selectCredentials } from "./sql.ts"

export const issueToken = new Hono<EdgeEnv>().post(
  "/auth/token",
  describeOperation("issueToken", {
    tag: "accounts",
    summary: "Issue an access token and a refresh token",
    description: "Send email and password as HTTP Basic credentials.",
    security: "basic",
    answers: { 200: { description: "The tokens (RFC 6749 §5.1).", schema: tokenResponse } },
    isRateLimited: true,
    problems: ["bad-credentials", "database-unavailable"],
  }),
  async (c) => {
    const basic = basicCredentials(c.req.header("authorization"))
    if (!basic) return badCredentials(c, "Send `authorization: Basic base64(email:password)`.")

    const { rejection, succeeded } = await attemptSignIn(c, basic.email)
    if (rejection) return rejection
    const account = await c.var.database.run(selectCredentials, { email: basic.email })
    const isRight = await isPassword(basic.password, account?.passwordHash ?? null)
    if (!account || !isRight) return badCredentials(c, "Check the email address and the password.")

    succeeded()
    const { jwt } = c.var.config
    c.var.logFacts.userId = account.userId
    c.header("cache-control", "no-store")
    return c.json(await issueTokens(jwt, newRefreshFamily(jwt, account.userId, newId.family())))
  },
)

const badCredentials = (c: Context<EdgeEnv>, detail: string): Response =>
  problem(c, "bad-credentials", {
    detail,
    headers: { "www-authenticate": 'Basic realm="rapid-photo-upload", charset="UTF-8"' },
  })

/** RFC 7617: the text before the first colon is the user, the text after it the password. */
const basicCredentials = (header: string | undefined): { email: string; password: string } | null => {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? "")?.[1]
  const text = encoded === undefined ? null : decodeUtf8(encoded)
  const colon = text?.indexOf(":") ?? -1
  if (text === null || colon < 0) return null
  return { email: text.slice(0, colon).toLowerCase(), password: text.slice(colon + 1) }
}

const decodeUtf8 = (base64: string): string | null => {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes)
    return text.includes("\0") ? null : text
  } catch {
    return null
  }
}
