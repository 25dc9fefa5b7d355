import type { User } from "../../domain/user.ts"

/** The user of a valid access token, and what the token permits. */
export type TokenHolder = User & { scopes: readonly string[] }
