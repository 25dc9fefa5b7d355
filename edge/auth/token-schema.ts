import * as z from "zod"

/** The members of RFC 6749 §5.1, so that OAuth clients can parse it. */
export const tokenResponse = z.object({
  access_token: z.string(),
  token_type: z.literal("Bearer"),
  /** Seconds. */
  expires_in: z.number().int(),
  /** For POST /auth/refresh. Can be used once. */
  refresh_token: z.string(),
  scope: z.string(),
})

/** The tokens of a session without the refresh token, which is in the cookie. */
export const accessTokenResponse = tokenResponse.omit({ refresh_token: true })

export type AccessTokenResponse = z.infer<typeof accessTokenResponse>
export type TokenResponse = z.infer<typeof tokenResponse>
