import { type CryptoKey, importJWK, type JWK } from "jose"
import type { Config } from "../config.ts"
import type { PublicKey, VerificationKey } from "./key-schema.ts"

type ImportedKey = CryptoKey | Uint8Array

/** A key that signs or verifies tokens, with its only algorithm (RFC 8725 §3.1). */
export type RingKey = { kid: string; alg: "RS256" | "ES256" | "HS256"; key: ImportedKey }

/** The signing key and all keys whose signatures are accepted: more than one during key rotation. */
export type KeyRing = { signing: RingKey; verifying: ReadonlyMap<string, RingKey> }

// Importing an RSA key costs as much as a signature, so keys are imported once per isolate.
const rings = new WeakMap<object, Promise<KeyRing>>()

/** Imports the keys of a configuration, once per isolate. */
export const keyRingOf = (config: Config["jwt"]): Promise<KeyRing> => {
  const known = rings.get(config)
  if (known) return known
  const ring = importKeys(config)
  rings.set(config, ring)
  return ring
}

/**
 * Returns the public parts of the asymmetric keys for the JWKS (RFC 7517), each `kid` once. Retired keys are included:
 * they verify old receipts, but no tokens.
 */
export const publicJwksOf = ({ signingKey, verificationKeys, retiredKeys }: Config["jwt"]): JWK[] => {
  const published = [signingKey, ...verificationKeys, ...retiredKeys].flatMap((key) =>
    key.kty === "oct" ? [] : publicHalfOf(key),
  )
  return published.filter((key, place) => published.findIndex(({ kid }) => kid === key.kid) === place)
}

const importKeys = async ({ signingKey, verificationKeys }: Config["jwt"]): Promise<KeyRing> => {
  const verifying = await Promise.all(
    [signingKey, ...verificationKeys].map(async (key) =>
      importKey(key, key.kty === "oct" ? key : publicHalfOf(key)),
    ),
  )
  return {
    signing: await importKey(signingKey, signingKey),
    // If keys share a kid, the first one is used, so that no verification key replaces the signing key.
    verifying: new Map(verifying.toReversed().map((key) => [key.kid, key])),
  }
}

const importKey = async ({ kid, alg }: VerificationKey, jwk: JWK): Promise<RingKey> => ({
  kid,
  alg,
  key: await importJWK(jwk, alg),
})

const publicMembers = { RSA: ["n", "e"], EC: ["crv", "x", "y"] } as const

const publicHalfOf = (key: PublicKey): JWK => {
  const { kty, kid, alg } = key
  const members = publicMembers[kty].map((name) => [name, (key as Record<string, unknown>)[name]])
  return { kty, kid, alg, use: "sig", ...Object.fromEntries(members) }
}
