import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, type JWTVerifyGetKey, jwtVerify } from "jose"
import { z } from "zod"
import { ok, type Result, refused } from "../../domain/result.ts"
import type { OidcIssuer } from "../platform/config.ts"
import type { ForeignPrincipal } from "./foreign-user.ts"
import { foreignUserId } from "./foreign-user-id.ts"
import { faultOf, type TokenFault } from "./own-token.ts"

/** The issuer of a token could not be asked for its keys. */
export class IdentityProviderUnavailable extends Error {
  override name = "IdentityProviderUnavailable"
}

const timeoutMs = 3_000
const maxTokenLength = 8_192

/** The configured issuer that a token says it is from, before anything of it is believed. */
export const issuerOf = (token: string, issuers: readonly OidcIssuer[]): OidcIssuer | undefined => {
  if (issuers.length === 0 || token.length > maxTokenLength) return undefined
  try {
    const { iss } = decodeJwt(token)
    return issuers.find(({ issuer }) => issuer === iss)
  } catch {
    return undefined
  }
}

/**
 * Checks a token of a foreign OpenID provider against the keys that it publishes.
 * @throws IdentityProviderUnavailable
 */
export const verifyForeignToken = async (
  { issuer, audience, scopes }: OidcIssuer,
  token: string,
): Promise<Result<ForeignPrincipal, TokenFault>> => {
  if (decodeProtectedHeader(token).crit !== undefined) return refused("invalid")
  const keys = await keysOf(issuer)
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ["RS256", "ES256"],
      clockTolerance: 5,
      requiredClaims: ["exp", "iat", "sub"],
    })
    const granted = scopes ?? (typeof payload.scope === "string" ? payload.scope.split(" ") : [])
    const subject = payload.sub ?? ""
    return ok({ userId: await foreignUserId(issuer, subject), scopes: granted, issuer, subject })
  } catch (error) {
    if (isUnreachable(error)) throw new IdentityProviderUnavailable("no keys", { cause: error })
    return refused(faultOf(error))
  }
}

// Discovery happens once per isolate; the key set renews itself when a token names a key it does not have.
const keySets = new Map<string, Promise<JWTVerifyGetKey>>()

const keysOf = (issuer: string): Promise<JWTVerifyGetKey> => {
  const known = keySets.get(issuer)
  if (known) return known
  const discovered = discover(issuer)
  keySets.set(issuer, discovered)
  discovered.catch(() => keySets.delete(issuer))
  return discovered
}

// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
const configuration = z.object({ issuer: z.string(), jwks_uri: z.url() })

const discover = async (issuer: string): Promise<JWTVerifyGetKey> => {
  try {
    const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(timeoutMs),
    })
    const document = configuration.parse(await response.json())
    if (document.issuer !== issuer) throw new Error("the document is another issuer's")
    return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: timeoutMs })
  } catch (error) {
    throw new IdentityProviderUnavailable("discovery failed", { cause: error })
  }
}

// What jose throws when a key set can't be fetched or read.
const isUnreachable = (error: unknown): boolean =>
  error instanceof Error &&
  (("code" in error && (error.code === "ERR_JWKS_TIMEOUT" || error.code === "ERR_JOSE_GENERIC")) ||
    error instanceof TypeError)
