import { createRemoteJWKSet, decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from "jose"
import * as z from "zod"
import { err, ok, type Result } from "../../domain/result.ts"
import type { OidcIssuer } from "../config.ts"
import type { ExternalPrincipal } from "./external-user.ts"
import { externalUserId } from "./external-user-id.ts"
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
export const verifyOidcToken = async (
  { issuer, audience, scopes }: OidcIssuer,
  token: string,
): Promise<Result<ExternalPrincipal, TokenFault>> => {
  try {
    const { payload } = await jwtVerify(token, keyOf(issuer), {
      issuer,
      audience,
      algorithms: ["RS256", "ES256"],
      clockTolerance: 5,
      requiredClaims: ["exp", "iat", "sub"],
    })
    const claims = oidcClaims.safeParse(payload)
    if (!claims.success) return err("invalid")
    const { sub: subject, scope } = claims.data
    const granted = scopes ?? scope.split(" ")
    return ok({ userId: await externalUserId(issuer, subject), scopes: granted, issuer, subject })
  } catch (error) {
    return err(faultOf(error))
  }
}

const oidcClaims = z.object({
  // At most 255 ASCII characters: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
  sub: z.string().regex(/^[ -~]{1,255}$/),
  scope: z.string().catch(""),
})

/** Finds the key that a token names. What goes wrong meanwhile is the issuer's trouble, unless it has no such key. */
const keyOf =
  (issuer: string): JWTVerifyGetKey =>
  async (header, token) => {
    if (header.crit !== undefined || isRefreshToken(header.typ))
      throw new errors.JWTInvalid("not an access token that we understand")
    try {
      return await (await keySetOf(issuer))(header, token)
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error
      if (error instanceof IdentityProviderUnavailable) throw error
      throw new IdentityProviderUnavailable("no keys", { cause: error })
    }
  }

// A media type, whose case means nothing and whose "application/" may be left out (RFC 7515 §4.1.9).
const isRefreshToken = (type: unknown): boolean => /^(application\/)?rt\+jwt$/i.test(String(type))

// Discovery happens once per isolate; the key set renews itself when a token names a key it does not have. Kept is
// what was found, never the promise of it: that belongs to one request and is never settled if the request is cut off.
const keySets = new Map<string, JWTVerifyGetKey>()

const keySetOf = async (issuer: string): Promise<JWTVerifyGetKey> => {
  const known = keySets.get(issuer)
  if (known) return known
  const discovered = await discover(issuer)
  keySets.set(issuer, discovered)
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
