import { type SQL, sql } from "drizzle-orm"
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  type PgColumn,
  pgTable,
  smallint,
  text,
  timestamp,
} from "drizzle-orm/pg-core"
import { failureReasons } from "../domain/failure-reason.ts"
import { jobStatuses } from "../domain/job-status.ts"
import { photoStatuses } from "../domain/photo-status.ts"

/** A CHECK that admits the domain's words and no others. */
const oneOf = (column: PgColumn, words: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(words.map((word) => `'${word}'`).join(", "))})`

const instant = (name: string) => timestamp(name, { withTimezone: true })

export const users = pgTable(
  "users",
  {
    userId: text("user_id").primaryKey(),
    /** Lower case: addresses that differ in case only are one account. */
    email: text("email").notNull().unique(),
    passwordHash: text("password_hash").notNull(),
    status: text("status").notNull().default("ACTIVE"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [check("users_status", oneOf(table.status, ["ACTIVE", "DISABLED"]))],
)

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
    status: text("status").notNull().default("QUEUED"),
    /** Grows with every change of the job or of one of its photos. */
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
        and ${table.completedCount} + ${table.failedCount} + ${table.cancelledCount} <= ${table.totalCount}`,
    ),
  ],
)

export const photos = pgTable(
  "photos",
  {
    photoId: text("photo_id").primaryKey(),
    jobId: text("job_id")
      .notNull()
      .references(() => uploadJobs.jobId),
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    filename: text("filename").notNull(),
    mimeType: text("mime_type").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    /** Lower-case hex of the SHA-256 a client announced, if it did. */
    expectedSha256: text("expected_sha256"),
    s3Key: text("s3_key").notNull(),
    etag: text("etag"),
    /** Lower-case hex of the SHA-256 of the stored bytes, once they were read. */
    checksum: text("checksum"),
    width: integer("width"),
    height: integer("height"),
    exifJson: jsonb("exif_json"),
    thumbnails: jsonb("thumbnails"),
    isDegraded: boolean("is_degraded").notNull().default(false),
    status: text("status").notNull().default("QUEUED"),
    failureReason: text("failure_reason"),
    failureDetail: text("failure_detail"),
    /** Fencing token of the lease: only the newest claim may complete or fail the photo. */
    attempt: smallint("attempt").notNull().default(0),
    leaseExpiresAt: instant("lease_expires_at"),
    /** W3C trace context of the command that created the photo. */
    traceparent: text("traceparent"),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
    completedAt: instant("completed_at"),
  },
  (table) => [
    index("photos_by_user").on(table.userId, table.createdAt),
    index("photos_by_job").on(table.jobId, table.photoId),
    check("photos_status", oneOf(table.status, photoStatuses)),
    check("photos_failure_reason", oneOf(table.failureReason, failureReasons)),
    check(
      "photos_failed_with_reason",
      sql`(${table.status} = 'FAILED') = (${table.failureReason} is not null)`,
    ),
  ],
)

export const outboxEvents = pgTable(
  "outbox_events",
  {
    /** The order in which events are published. */
    sequence: bigint("sequence", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    eventId: text("event_id").notNull().unique().default(sql`'evt_' || new_ulid()`),
    type: text("type").notNull(),
    userId: text("user_id").notNull(),
    jobId: text("job_id").notNull(),
    photoId: text("photo_id"),
    data: jsonb("data").notNull(),
    occurredAt: instant("occurred_at").notNull().defaultNow(),
    publishedAt: instant("published_at"),
  },
  (table) => [
    index("outbox_events_unpublished").on(table.sequence).where(sql`${table.publishedAt} is null`),
    index("outbox_events_by_photo").on(table.photoId, table.type),
  ],
)
