import { Hono } from "hono"
import type { EdgeEnv } from "../../http/context.ts"
import { type FailureProblems, problemTypesOf, respondFailure } from "../../http/failure.ts"
import { describeOperation } from "../../http/operation-docs.ts"
import { newId } from "../../new-id.ts"
import { issueTokens } from "../issue-tokens.ts"
import { newRefreshFamily } from "../refresh-family.ts"
import { attemptSignIn } from "../sign-in-attempts.ts"
import { tokenResponse } from "../token-schema.ts"
import { type BasicCredentialsFailure, parseBasicCredentials } from "./basic-credentials.ts"
import { type SignInFailure, signIn } from "./handler.ts"

const headers = { "www-authenticate": 'Basic realm="rapid-photo-upload", charset="UTF-8"' }

const failures: FailureProblems<BasicCredentialsFailure | SignInFailure> = {
  credentials_missing: [
    "bad-credentials",
    { detail: "Send `authorization: Basic base64(email:password)`.", headers },
  ],
  credentials_wrong: ["bad-credentials", { detail: "Check the email address and the password.", headers }],
}

export const issueToken = new Hono<EdgeEnv>().post(
  "/auth/token",
  describeOperation("issueToken", {
    tag: "accounts",
    summary: "Issue an access token and a refresh token",
    description: "Send email and password as HTTP Basic credentials.",
    security: "basic",
    responses: { 200: { description: "The tokens (RFC 6749 §5.1).", schema: tokenResponse } },
    isRateLimited: true,
    problems: [...problemTypesOf(failures), "database-unavailable"],
  }),
  async (c) => {
    const credentials = parseBasicCredentials(c.req.header("authorization"))
    if (!credentials.ok) return respondFailure(c, failures, credentials.error)

    const { rejection, succeeded } = await attemptSignIn(c, credentials.value.email)
    if (rejection) return rejection
    const signedIn = await signIn(c.var.database, credentials.value)
    if (!signedIn.ok) return respondFailure(c, failures, signedIn.error)

    succeeded()
    const { jwt } = c.var.config
    c.var.logFacts.userId = signedIn.value
    c.header("cache-control", "no-store")
    return c.json(await issueTokens(jwt, newRefreshFamily(jwt, signedIn.value, newId.family())))
  },
)
