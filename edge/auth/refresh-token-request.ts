import * as z from "zod"

/** The body of requests that send a refresh token. */
export const refreshTokenRequest = z.object({ refresh_token: z.string().min(1).max(8192) })
