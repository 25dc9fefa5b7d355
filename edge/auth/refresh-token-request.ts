import * as z from "zod"

/** What whoever has a refresh token sends of it. */
export const refreshTokenRequest = z.object({ refresh_token: z.string().min(1).max(8192) })
