import type { Context } from "hono"
import { createMiddleware } from "hono/factory"
import type { Result } from "../../domain/result.ts"
import type { EdgeEnv, Scope } from "../http/context.ts"
import { bearerFacts, withFacts } from "../http/operation-docs.ts"
import { problem } from "../http/problem.ts"
import { verifyAccessToken } from "./access-token.ts"
import { ensureExternalUser } from "./external-user.ts"
import { issuerOf, verifyOidcToken } from "./oidc-token.ts"
import type { TokenFailure } from "./own-token.ts"
import type { TokenHolder } from "./token-holder.ts"

/** Requires a valid bearer token (RFC 6750) with `scope`. */
export const bearer = (scope: Scope) =>
  withFacts(
    createMiddleware<EdgeEnv>(async (c, next) => {
      const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(c.req.header("authorization") ?? "")?.[1]
      if (!token)
        return challenge(c, {}, "Send `authorization: Bearer <access token>`. Get one with POST /auth/token.")

      const verified = await verify(c, token)
      if (!verified.ok) {
        const detail =
          verified.error.reason === "expired"
            ? "The token has expired. Get a new one."
            : "The token is not valid. Get a new one."
        return challenge(c, { error: "invalid_token", error_description: detail }, detail)
      }
      if (!verified.value.scopes.includes(scope))
        return problem(c, "insufficient-scope", {
          detail: `Use a token with the scope ${scope}.`,
          headers: { "www-authenticate": authenticate({ error: "insufficient_scope", scope }) },
        })

      if (verified.value.origin === "external") await ensureExternalUser(c.var.database, verified.value)
      c.set("principal", verified.value)
      c.var.logFacts.userId = verified.value.userId
      return next()
    }),
    bearerFacts(scope),
  )

const verify = (c: Context<EdgeEnv>, token: string): Promise<Result<TokenHolder, TokenFailure>> => {
  const { jwt } = c.var.config
  const oidcIssuer = issuerOf(token, jwt.oidcIssuers)
  return oidcIssuer ? verifyOidcToken(oidcIssuer, token) : verifyAccessToken(jwt, token)
}

const challenge = (c: Context<EdgeEnv>, parameters: Record<string, string>, detail: string): Response =>
  problem(c, "unauthenticated", { detail, headers: { "www-authenticate": authenticate(parameters) } })

const authenticate = (parameters: Record<string, string>): string =>
  `Bearer ${Object.entries({ realm: "rapid-photo-upload", ...parameters })
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ")}`
