import type { Context } from "hono"
import { createMiddleware } from "hono/factory"
import type { Result } from "../../domain/result.ts"
import type { EdgeEnv, Principal, Scope } from "../http/context.ts"
import { bearerFacts, withFacts } from "../http/operation-docs.ts"
import { problem } from "../http/problem.ts"
import { verifyAccessToken } from "./access-token.ts"
import { type ExternalPrincipal, ensureExternalUser } from "./external-user.ts"
import { issuerOf, verifyOidcToken } from "./oidc-token.ts"
import type { TokenFault } from "./own-token.ts"

/** Lets only requests through whose bearer token (RFC 6750) we take, is valid now, and has `scope`. */
export const bearer = (scope: Scope) =>
  withFacts(
    createMiddleware<EdgeEnv>(async (c, next) => {
      const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(c.req.header("authorization") ?? "")?.[1]
      if (!token)
        return challenge(c, {}, "Send `authorization: Bearer <access token>`. POST /auth/token gives one.")

      const verified = await verify(c, token)
      if (!verified.ok) {
        const detail =
          verified.error === "expired"
            ? "The token has expired: get a new one."
            : "The token is not valid here."
        return challenge(c, { error: "invalid_token", error_description: detail }, detail)
      }
      if (!verified.value.scopes.includes(scope))
        return problem(c, "insufficient-scope", {
          detail: `This needs a token with the scope ${scope}.`,
          headers: { "www-authenticate": authenticate({ error: "insufficient_scope", scope }) },
        })

      if ("issuer" in verified.value) await ensureExternalUser(c.var.database, verified.value)
      c.set("principal", verified.value)
      c.var.logFacts.userId = verified.value.userId
      return next()
    }),
    bearerFacts(scope),
  )

const verify = (
  c: Context<EdgeEnv>,
  token: string,
): Promise<Result<Principal | ExternalPrincipal, TokenFault>> => {
  const { jwt } = c.var.config
  const foreign = issuerOf(token, jwt.oidcIssuers)
  return foreign ? verifyOidcToken(foreign, token) : verifyAccessToken(jwt, token)
}

const challenge = (c: Context<EdgeEnv>, parameters: Record<string, string>, detail: string): Response =>
  problem(c, "unauthenticated", { detail, headers: { "www-authenticate": authenticate(parameters) } })

const authenticate = (parameters: Record<string, string>): string =>
  `Bearer ${Object.entries({ realm: "rapid-photo-upload", ...parameters })
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ")}`
