import { z } from "zod"

export const refreshTokenRequest = z.object({ refresh_token: z.string().min(1).max(8192) })
