import * as z from "zod"

const kid = z.string().min(1)
const rsaKey = z.looseObject({
  kty: z.literal("RSA"),
  alg: z.literal("RS256"),
  kid,
  n: z.string(),
  e: z.string(),
})
const ecKey = z.looseObject({
  kty: z.literal("EC"),
  alg: z.literal("ES256"),
  kid,
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
})
// RFC 7518 §3.2: an HS256 key has at least 256 bits.
const hmacKey = z.looseObject({ kty: z.literal("oct"), alg: z.literal("HS256"), kid, k: z.string().min(43) })

/** A key that verifies tokens. */
export const verificationKey = z.discriminatedUnion("kty", [rsaKey, ecKey, hmacKey])

/** A key that signs tokens and receipts. */
export const signingKey = z.discriminatedUnion("kty", [
  rsaKey.extend({ d: z.string().min(1) }),
  ecKey.extend({ d: z.string().min(1) }),
  hmacKey,
])

/** A key whose signatures anyone can verify. */
export const publicKey = z.discriminatedUnion("kty", [rsaKey, ecKey])

export type VerificationKey = z.infer<typeof verificationKey>
export type SigningKey = z.infer<typeof signingKey>
export type PublicKey = z.infer<typeof publicKey>
