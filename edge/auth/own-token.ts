import { errors, type JWTPayload, jwtVerify, SignJWT } from "jose"
import { err, ok, type Result } from "../../domain/result.ts"
import type { Config } from "../config.ts"
import { keyRingOf } from "../keys/key-ring.ts"

export type TokenFailure = { reason: "expired" } | { reason: "invalid" }

/** The `typ` header. It distinguishes tokens signed by the same key (RFC 8725 §3.11). */
export type TokenType = "at+jwt" | "rt+jwt"

const clockToleranceSeconds = 5
const maxTokenLength = 8_192

/** Signs a token issued by this service. Times are seconds since the epoch. */
export const signOwnToken = async (
  config: Config["jwt"],
  type: TokenType,
  claims: JWTPayload & { sub: string; aud: string; exp: number },
): Promise<string> => {
  const { kid, alg, key } = (await keyRingOf(config)).signing
  return new SignJWT(claims)
    .setProtectedHeader({ alg, kid, typ: type })
    .setIssuer(config.issuer)
    .setIssuedAt()
    .sign(key)
}

/**
 * Verifies a token issued by this service without a network request: the key by `kid`, its only algorithm, type,
 * issuer, audience and times (RFC 8725).
 */
export const verifyOwnToken = async (
  config: Config["jwt"],
  token: string,
  expected: { type: TokenType; audience: string; claims: string[] },
): Promise<Result<JWTPayload, TokenFailure>> => {
  if (token.length > maxTokenLength) return err({ reason: "invalid" })
  const { verifying } = await keyRingOf(config)
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid, alg }) => {
        const known = kid === undefined ? undefined : verifying.get(kid)
        if (!known || known.alg !== alg) throw new errors.JWKSNoMatchingKey()
        return known.key
      },
      {
        issuer: config.issuer,
        audience: expected.audience,
        algorithms: [...new Set([...verifying.values()].map(({ alg }) => alg))],
        typ: expected.type,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ["exp", "iat", "sub", ...expected.claims],
      },
    )
    return ok(payload)
  } catch (error) {
    return err(tokenFailureOf(error))
  }
}

/** Classifies an error of jose. @throws the error itself when it is not about the token */
export const tokenFailureOf = (error: unknown): TokenFailure => {
  if (error instanceof errors.JWTExpired) return { reason: "expired" }
  if (error instanceof errors.JOSEError) return { reason: "invalid" }
  throw error
}
