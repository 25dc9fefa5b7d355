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

export type TokenResponse = z.infer<typeof tokenResponse>
