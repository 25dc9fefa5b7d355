import type { Config } from "../platform/config.ts"
import { newId } from "../platform/new-id.ts"
import { issueAccessToken, userScopes } from "./access-token.ts"
import type { TokenResponse } from "./issue-token/schema.ts"
import { type RefreshToken, signRefreshToken } from "./refresh-family.ts"

/** What one gets who has shown who they are: an access token, and a refresh token for the next one. */
export const tokenAnswer = async (config: Config["jwt"], refresh: RefreshToken): Promise<TokenResponse> => ({
  access_token: await issueAccessToken(config, refresh.userId, newId.token()),
  token_type: "Bearer",
  expires_in: config.accessTokenTtlSeconds,
  refresh_token: await signRefreshToken(config, refresh),
  scope: userScopes.join(" "),
})
