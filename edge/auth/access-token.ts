import { isUserId, type UserId } from "../../domain/ids.ts"
import { err, ok, type Result } from "../../domain/result.ts"
import type { Config } from "../config.ts"
import type { Principal, Scope } from "../http/context.ts"
import { signOwnToken, type TokenFault, verifyOwnToken } from "./own-token.ts"

/** What every user who signs in here may do. */
export const userScopes: readonly Scope[] = ["photos:read", "photos:write"]

/** Signs an access token (RFC 9068). It lives for `accessTokenTtlSeconds` and can't be revoked before. */
export const issueAccessToken = (config: Config["jwt"], userId: UserId, tokenId: string): Promise<string> =>
  signOwnToken(config, "at+jwt", {
    sub: userId,
    aud: config.audience,
    jti: tokenId,
    scope: userScopes.join(" "),
    exp: Math.floor(Date.now() / 1000) + config.accessTokenTtlSeconds,
  })

/** Whose request a token of ours makes it. */
export const verifyAccessToken = async (
  config: Config["jwt"],
  token: string,
): Promise<Result<Principal, TokenFault>> => {
  const expected = { type: "at+jwt", audience: config.audience, claims: ["scope"] } as const
  const verified = await verifyOwnToken(config, token, { ...expected, claims: [...expected.claims] })
  if (!verified.ok) return verified
  const { sub, scope } = verified.value
  return sub && isUserId(sub) && typeof scope === "string"
    ? ok({ userId: sub, scopes: scope.split(" ") })
    : err("invalid")
}
