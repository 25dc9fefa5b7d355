import { type CryptoKey, importJWK, type JWK } from "jose"
import type { Config, VerificationKey } from "../config.ts"

type ImportedKey = CryptoKey | Uint8Array

/** A key that may have signed a token of ours, and the one algorithm it is for (RFC 8725 §3.1). */
export type RingKey = { kid: string; alg: "RS256" | "ES256" | "HS256"; key: ImportedKey }

/** The key that signs, and all whose signatures count: more than one while keys are rolled. */
export type KeyRing = { signing: RingKey; verifying: ReadonlyMap<string, RingKey> }

// Importing an RSA key costs as much as a signature: once per isolate is enough.
const rings = new WeakMap<object, Promise<KeyRing>>()

/** The keys of a configuration, imported. */
export const keyRingOf = (config: Config["jwt"]): Promise<KeyRing> => {
  const known = rings.get(config)
  if (known) return known
  const ring = importKeys(config)
  rings.set(config, ring)
  return ring
}

/** The public halves of the asymmetric keys, as the JWKS publishes them (RFC 7517). */
export const publicJwksOf = ({ signingKey, verificationKeys }: Config["jwt"]): JWK[] =>
  [signingKey, ...verificationKeys].flatMap((key) => (key.kty === "oct" ? [] : publicHalfOf(key)))

const importKeys = async ({ signingKey, verificationKeys }: Config["jwt"]): Promise<KeyRing> => {
  const verifying = await Promise.all(
    [signingKey, ...verificationKeys].map(async (key) =>
      imported(key, key.kty === "oct" ? key : publicHalfOf(key)),
    ),
  )
  return {
    signing: await imported(signingKey, signingKey),
    // Of two keys of one kid the first counts: none of the others can take the place of the key that signs.
    verifying: new Map(verifying.toReversed().map((key) => [key.kid, key])),
  }
}

const imported = async ({ kid, alg }: VerificationKey, jwk: JWK): Promise<RingKey> => ({
  kid,
  alg,
  key: await importJWK(jwk, alg),
})

const publicMembers = { RSA: ["n", "e"], EC: ["crv", "x", "y"] } as const

const publicHalfOf = (key: Exclude<VerificationKey, { kty: "oct" }>): JWK => {
  const { kty, kid, alg } = key
  const members = publicMembers[kty].map((name) => [name, (key as Record<string, unknown>)[name]])
  return { kty, kid, alg, use: "sig", ...Object.fromEntries(members) }
}
