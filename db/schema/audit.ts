import { bigint, date, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core"
import { instant } from "./columns.ts"

/**
 * Commands with their user, photo and outcome. Append-only: triggers reject UPDATE, DELETE and TRUNCATE. Partitioned by
 * month, which drizzle cannot express: see the migration that partitions it, and maintain_audit_log() there.
 */
export const auditLog = pgTable(
  "audit_log",
  {
    auditId: bigint("audit_id", { mode: "number" }).generatedAlwaysAsIdentity(),
    userId: text("user_id").notNull(),
    action: text("action").notNull(),
    jobId: text("job_id"),
    photoId: text("photo_id"),
    outcome: text("outcome").notNull(),
    occurredAt: instant("occurred_at").notNull().defaultNow(),
  },
  (table) => [
    // The primary key of a partitioned table must contain the partition column.
    primaryKey({ columns: [table.auditId, table.occurredAt] }),
    index("audit_log_by_user").on(table.userId, table.auditId),
  ],
)

/** How many commands contained an id of a photo or job that the user does not have: one row per user, command and day. */
export const unknownIdRequests = pgTable(
  "unknown_id_requests",
  {
    userId: text("user_id").notNull(),
    action: text("action").notNull(),
    day: date("day").notNull(),
    requests: integer("requests").notNull(),
    lastAt: instant("last_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.action, table.day] }),
    index("unknown_id_requests_by_day").on(table.day),
  ],
)
