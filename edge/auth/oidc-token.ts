import { createRemoteJWKSet, decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from "jose"
import * as z from "zod"
import { IdentityProviderUnavailable } from "../../domain/outage.ts"
import { err, ok, type Result } from "../../domain/result.ts"
import type { OidcIssuer } from "../config.ts"
import { externalUserId } from "./external-user-id.ts"
import { type TokenFailure, tokenFailureOf } from "./own-token.ts"
import type { TokenHolder } from "./token-holder.ts"

const timeoutMs = 3_000
const maxTokenLength = 8_192

/** Returns the configured issuer of the unverified `iss` claim. */
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
 * Verifies a token of an external OpenID provider with the keys that the provider publishes.
 * @throws IdentityProviderUnavailable
 */
export const verifyOidcToken = async (
  { issuer, audience, scopes }: OidcIssuer,
  token: string,
): Promise<Result<TokenHolder, TokenFailure>> => {
  try {
    const { payload } = await jwtVerify(token, keyOf(issuer), {
      issuer,
      audience,
      algorithms: ["RS256", "ES256"],
      clockTolerance: 5,
      requiredClaims: ["exp", "iat", "sub"],
    })
    const claims = oidcClaims.safeParse(payload)
    if (!claims.success) return err({ reason: "invalid" })
    const { sub: subject, scope } = claims.data
    const granted = scopes ?? scope.split(" ")
    return ok({
      origin: "external",
      userId: await externalUserId(issuer, subject),
      scopes: granted,
      issuer,
      subject,
    })
  } catch (error) {
    return err(tokenFailureOf(error))
  }
}

const oidcClaims = z.object({
  // At most 255 ASCII characters: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
  sub: z.string().regex(/^[ -~]{1,255}$/),
  scope: z.string().catch(""),
})

/** Fetches the key of a token. Every failure except an unknown key is an outage of the issuer. */
const keyOf =
  (issuer: string): JWTVerifyGetKey =>
  async (header, token) => {
    if (header.crit !== undefined || isRefreshToken(header.typ))
      throw new errors.JWTInvalid("not an access token, or an unsupported critical header")
    try {
      return await (await keySetOf(issuer))(header, token)
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error
      if (error instanceof IdentityProviderUnavailable) throw error
      throw new IdentityProviderUnavailable("no keys", { cause: error })
    }
  }

// A media type: case-insensitive, and "application/" may be omitted (RFC 7515 §4.1.9).
const isRefreshToken = (type: unknown): boolean => /^(application\/)?rt\+jwt$/i.test(String(type))

// Discovery runs once per isolate; the key set is fetched again when a token has an unknown key id. The map stores
// results, not promises: a promise belongs to one request and never settles if that request is cancelled.
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
    if (document.issuer !== issuer) throw new Error("the document belongs to another issuer")
    return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: timeoutMs })
  } catch (error) {
    throw new IdentityProviderUnavailable("discovery failed", { cause: error })
  }
}
