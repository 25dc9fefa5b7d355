import { type CryptoKey, errors, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from "jose"
import { isUserId, type UserId } from "../../domain/ids.ts"
import { ok, type Result, refused } from "../../domain/result.ts"
import type { Config } from "../platform/config.ts"
import type { Principal, Scope } from "../platform/context.ts"

/** What every user may do; narrower tokens come with OIDC. */
export const userScopes: readonly Scope[] = ["photos:read", "photos:write"]

// RFC 9068 §2.1: tells an access token from every other JWT that the same key may sign.
const tokenType = "at+jwt"
const clockToleranceSeconds = 5
const maxTokenLength = 8_192

/** Signs an access token for `userId`. It lives for `accessTokenTtlSeconds` and can't be revoked before. */
export const issueAccessToken = async (
  config: Config["jwt"],
  userId: UserId,
  tokenId: string,
): Promise<string> => {
  const { kid, alg } = config.signingKey
  return new SignJWT({ scope: userScopes.join(" ") })
    .setProtectedHeader({ alg, kid, typ: tokenType })
    .setIssuer(config.issuer)
    .setAudience(config.audience)
    .setSubject(userId)
    .setJti(tokenId)
    .setIssuedAt()
    .setExpirationTime(`${config.accessTokenTtlSeconds} seconds`)
    .sign((await keysOf(config)).privateKey)
}

export type TokenFault = "expired" | "invalid"

/** Checks signature, algorithm, type, issuer, audience and times without leaving the process (RFC 8725). */
export const verifyAccessToken = async (
  config: Config["jwt"],
  token: string,
): Promise<Result<Principal, TokenFault>> => {
  if (token.length > maxTokenLength) return refused("invalid")
  try {
    const { payload } = await jwtVerify(token, (await keysOf(config)).publicKey, {
      issuer: config.issuer,
      audience: config.audience,
      algorithms: [config.signingKey.alg],
      typ: tokenType,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ["exp", "iat", "sub", "scope"],
    })
    return principalOf(payload)
  } catch (error) {
    if (error instanceof errors.JWTExpired) return refused("expired")
    if (error instanceof errors.JOSEError) return refused("invalid")
    throw error
  }
}

/** The public half of the signing key, as the JWKS publishes it (RFC 7517). */
export const publicJwkOf = ({ signingKey }: Config["jwt"]): JWK => {
  const { kty, kid, alg } = signingKey
  const members = kty === "RSA" ? ["n", "e"] : ["crv", "x", "y"]
  return { kty, kid, alg, use: "sig", ...Object.fromEntries(members.map((name) => [name, signingKey[name]])) }
}

const principalOf = (payload: JWTPayload): Result<Principal, TokenFault> => {
  const { sub, scope } = payload
  return sub && isUserId(sub) && typeof scope === "string"
    ? ok({ userId: sub, scopes: scope.split(" ") })
    : refused("invalid")
}

type Keys = { privateKey: CryptoKey | Uint8Array; publicKey: CryptoKey | Uint8Array }

// Importing an RSA key costs as much as a signature: once per isolate is enough.
const imported = new WeakMap<object, Promise<Keys>>()

const keysOf = (config: Config["jwt"]): Promise<Keys> => {
  const known = imported.get(config)
  if (known) return known
  const keys = importKeys(config)
  imported.set(config, keys)
  return keys
}

const importKeys = async (config: Config["jwt"]): Promise<Keys> => ({
  privateKey: await importJWK(config.signingKey),
  publicKey: await importJWK(publicJwkOf(config)),
})
