import type { Config } from "../config.ts"
import { newId } from "../new-id.ts"
import { issueAccessToken, userScopes } from "./access-token.ts"
import { type RefreshToken, signRefreshToken } from "./refresh-family.ts"
import type { TokenResponse } from "./token-schema.ts"

/** Issues an access token, and the refresh token that replaces it. */
export const issueTokens = async (config: Config["jwt"], refresh: RefreshToken): Promise<TokenResponse> => ({
  access_token: await issueAccessToken(config, refresh.userId, newId.token()),
  token_type: "Bearer",
  expires_in: config.accessTokenTtlSeconds,
  refresh_token: await signRefreshToken(config, refresh),
  scope: userScopes.join(" "),
})
