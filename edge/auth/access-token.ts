import { isUserId, type UserId } from "../../domain/ids.ts"
import { err, ok, type Result } from "../../domain/result.ts"
import type { Config } from "../config.ts"
import type { Scope } from "../http/context.ts"
import { signOwnToken, type TokenFailure, verifyOwnToken } from "./own-token.ts"
import type { TokenHolder } from "./token-holder.ts"

/** The scopes of every user who signs in with a password. */
export const userScopes: readonly Scope[] = ["photos:read", "photos:write"]

/** Signs an access token (RFC 9068). It is valid for `accessTokenTtlSeconds` and cannot be revoked. */
export const issueAccessToken = (config: Config["jwt"], userId: UserId, tokenId: string): Promise<string> =>
  signOwnToken(config, "at+jwt", {
    sub: userId,
    aud: config.audience,
    jti: tokenId,
    scope: userScopes.join(" "),
    exp: Math.floor(Date.now() / 1000) + config.accessTokenTtlSeconds,
  })

/** Verifies an access token issued by this service and returns its user and scopes. */
export const verifyAccessToken = async (
  config: Config["jwt"],
  token: string,
): Promise<Result<TokenHolder, TokenFailure>> => {
  const expected = { type: "at+jwt", audience: config.audience, claims: ["scope"] } as const
  const verified = await verifyOwnToken(config, token, { ...expected, claims: [...expected.claims] })
  if (!verified.ok) return verified
  const { sub, scope } = verified.value
  return sub && isUserId(sub) && typeof scope === "string"
    ? ok({ origin: "local", userId: sub, scopes: scope.split(" ") })
    : err({ reason: "invalid" })
}
