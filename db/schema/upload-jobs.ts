import { sql } from "drizzle-orm"
import { bigint, boolean, check, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core"
import { jobStatuses } from "../../domain/job-status.ts"
import { instant, oneOf } from "./columns.ts"
import { users } from "./users.ts"

export const uploadJobs = pgTable(
  "upload_jobs",
  {
    jobId: text("job_id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    totalCount: integer("total_count").notNull(),
    completedCount: integer("completed_count").notNull().default(0),
    failedCount: integer("failed_count").notNull().default(0),
    cancelledCount: integer("cancelled_count").notNull().default(0),
    duplicateCount: integer("duplicate_count").notNull().default(0),
    /** Whether a file is uploaded also if the user has a photo with the same bytes. */
    allowsDuplicates: boolean("allows_duplicates").notNull().default(false),
    /** Whether the keywords in the files become tags. */
    importsKeywords: boolean("imports_keywords").notNull().default(false),
    status: text("status").notNull().default("QUEUED"),
    /** Incremented by every change of the job or of one of its photos. */
    version: bigint("version", { mode: "number" }).notNull().default(1),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
    completedAt: instant("completed_at"),
  },
  (table) => [
    index("upload_jobs_by_user").on(table.userId, table.jobId),
    check("upload_jobs_status", oneOf(table.status, jobStatuses)),
    check(
      "upload_jobs_counts",
      sql`${table.completedCount} >= 0 and ${table.failedCount} >= 0 and ${table.cancelledCount} >= 0
        and ${table.duplicateCount} >= 0 and ${table.completedCount} + ${table.failedCount} + ${table.cancelledCount}
        + ${table.duplicateCount} <= ${table.totalCount}`,
    ),
  ],
)

/** Keys of commands that create a job, kept for 24 hours. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    idempotencyKey: text("idempotency_key").notNull(),
    /** SHA-256 of the request. Using the key with another request is an error. */
    fingerprint: text("fingerprint").notNull(),
    /** The job from which the response is built again, with new URLs. */
    jobId: text("job_id").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.idempotencyKey] }),
    index("idempotency_keys_by_age").on(table.createdAt),
  ],
)
