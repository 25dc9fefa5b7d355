import { base64url, exportJWK, generateKeyPair } from "jose"
import { expect } from "vitest"
import { expectProblem } from "./test-api.ts"

/** Creates a private key for `JWT_SIGNING_KEY` or `JWT_VERIFICATION_KEYS`. */
export const newKey = async (alg: "RS256" | "ES256" | "HS256", kid = crypto.randomUUID()) => {
  if (alg === "HS256") {
    const k = base64url.encode(crypto.getRandomValues(new Uint8Array(32)))
    return { kty: "oct", alg, kid, k } as const
  }
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, kid }
}

/** Returns the public members of an asymmetric key. */
export const publicHalfOf = (key: object): object => {
  const { d: _, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...rest } = key as Record<string, unknown>
  return rest
}

/** Returns a token with `alg: none` that is valid otherwise. */
export const unsigned = (claims: object, header: object = {}): string => {
  const encode = (part: object) => base64url.encode(JSON.stringify(part))
  return `${encode({ alg: "none", typ: "at+jwt", ...header })}.${encode(claims)}.`
}

/** Asserts a 401 with `error="invalid_token"`. A deleted user gets a 401 without it, because the token is valid. */
export const expectInvalidToken = async (response: Response, token: string) => {
  expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"')
  const problem = await expectProblem(response, 401, "unauthenticated")
  expect(JSON.stringify(problem)).not.toContain(token)
}
