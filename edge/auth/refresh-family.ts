import * as z from "zod"
import { isUserId, type UserId } from "../../domain/ids.ts"
import { err, ok, type Result } from "../../domain/result.ts"
import type { Config } from "../config.ts"
import { signOwnToken, type TokenFailure, verifyOwnToken } from "./own-token.ts"

/** A refresh token of a family. Every rotation increments the generation; only the latest generation is valid. */
export type RefreshToken = {
  userId: UserId
  familyId: string
  generation: number
  /** Expiry of the family, in seconds since the epoch. */
  expiresAt: number
}

/** Starts a family. Its row is inserted at its first rotation. */
export const newRefreshFamily = (config: Config["jwt"], userId: UserId, familyId: string): RefreshToken => ({
  userId,
  familyId,
  generation: 0,
  expiresAt: Math.floor(Date.now() / 1000) + config.refreshTokenTtlSeconds,
})

export const signRefreshToken = (
  config: Config["jwt"],
  { userId, familyId, generation, expiresAt }: RefreshToken,
): Promise<string> =>
  signOwnToken(config, "rt+jwt", {
    sub: userId,
    aud: config.issuer,
    fam: familyId,
    gen: generation,
    exp: expiresAt,
  })

/** Verifies a refresh token. Whether it is the latest of its family is checked in the database. */
export const readRefreshToken = async (
  config: Config["jwt"],
  token: string,
): Promise<Result<RefreshToken, TokenFailure>> => {
  const expected = { type: "rt+jwt" as const, audience: config.issuer, claims: ["fam", "gen"] }
  const verified = await verifyOwnToken(config, token, expected)
  if (!verified.ok) return verified
  const claims = refreshClaims.safeParse(verified.value)
  return claims.success ? ok(claims.data) : err({ reason: "invalid" })
}

const refreshClaims = z
  .object({
    sub: z.string().refine(isUserId),
    fam: z.string().min(1).max(100),
    gen: z.number().int().nonnegative(),
    exp: z.number(),
  })
  .transform(({ sub, fam, gen, exp }) => ({ userId: sub, familyId: fam, generation: gen, expiresAt: exp }))
