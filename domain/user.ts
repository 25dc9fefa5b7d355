import type { UserId } from "./ids.ts"

/** A user of this system's own accounts, or of an external OpenID provider, who is known by issuer and subject. */
export type User = LocalUser | ExternalUser

export type LocalUser = { origin: "local"; userId: UserId }

export type ExternalUser = { origin: "external"; userId: UserId; issuer: string; subject: string }
