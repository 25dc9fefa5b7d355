import { sql } from "drizzle-orm"
import { bigint, check, index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core"
import { instant, oneOf } from "./columns.ts"

export const users = pgTable(
  "users",
  {
    userId: text("user_id").primaryKey(),
    /** In lower case: addresses that differ only in case belong to one account. Null for external users. */
    email: text("email").unique(),
    /** Null for external users. */
    passwordHash: text("password_hash"),
    /** The external OpenID provider, and the user's subject there. */
    oidcIssuer: text("oidc_issuer"),
    oidcSubject: text("oidc_subject"),
    status: text("status").notNull().default("ACTIVE"),
    /** The quota, and how much of it declared and stored photos use. */
    quotaBytes: bigint("quota_bytes", { mode: "number" })
      .notNull()
      .default(100 * 1024 ** 3),
    quotaPhotos: integer("quota_photos").notNull().default(100_000),
    usedBytes: bigint("used_bytes", { mode: "number" }).notNull().default(0),
    usedPhotos: integer("used_photos").notNull().default(0),
    /** Number of webhooks. Counted here so that the limit holds for concurrent requests. */
    webhookCount: integer("webhook_count").notNull().default(0),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex("users_by_subject").on(table.oidcIssuer, table.oidcSubject),
    check("users_status", oneOf(table.status, ["ACTIVE", "DISABLED"])),
    check("users_usage", sql`${table.usedBytes} >= 0 and ${table.usedPhotos} >= 0`),
    check("users_can_sign_in", sql`(${table.email} is null) = (${table.passwordHash} is null)`),
  ],
)

/**
 * Refresh tokens of one sign-in. Only the latest generation is valid. The row is inserted when a token is first rotated
 * or the family is revoked.
 */
export const refreshFamilies = pgTable(
  "refresh_families",
  {
    familyId: text("family_id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    generation: integer("generation").notNull(),
    /** When the latest generation was issued. Null before the first rotation. */
    rotatedAt: instant("rotated_at"),
    revokedAt: instant("revoked_at"),
    expiresAt: instant("expires_at").notNull(),
  },
  // For the sweep, which deletes expired rows.
  (table) => [index("refresh_families_by_expiry").on(table.expiresAt)],
)
