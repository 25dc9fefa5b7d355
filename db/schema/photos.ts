import { sql } from "drizzle-orm"
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
} from "drizzle-orm/pg-core"
import { failureReasons } from "../../domain/failure-reason.ts"
import { photoAnomalies } from "../../domain/image.ts"
import { photoStatuses } from "../../domain/photo-status.ts"
import { timelineKinds } from "../../domain/photo-timeline.ts"
import { arrayOf, instant, oneOf } from "./columns.ts"
import { uploadJobs } from "./upload-jobs.ts"
import { users } from "./users.ts"

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
    /** The folder of the file, relative to what the user chose. */
    path: text("path"),
    mimeType: text("mime_type").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    /** SHA-256 that the client declared, in lower-case hex. */
    expectedSha256: text("expected_sha256"),
    s3Key: text("s3_key").notNull(),
    /** Size of every part except the last. Null for a photo with one PUT. */
    partSize: integer("part_size"),
    /** S3's id of the multipart upload. Null until it is opened. */
    uploadId: text("upload_id"),
    /** Whether every part of the open multipart upload has a checksum. */
    hasPartChecksums: boolean("has_part_checksums").notNull().default(false),
    /** Of a DUPLICATE: the photo with the same bytes. A foreign key would cost as much as the insert. */
    duplicateOf: text("duplicate_of"),
    /** Bytes sent, as last reported by the client. */
    bytesSent: bigint("bytes_sent", { mode: "number" }).notNull().default(0),
    etag: text("etag"),
    /** When a finalize call or the sweep last sent a message to the processor; null if it could not be sent. */
    enqueuedAt: instant("enqueued_at"),
    /** SHA-256 of the stored object, in lower-case hex. Null until it was read. */
    checksum: text("checksum"),
    width: integer("width"),
    height: integer("height"),
    exifJson: jsonb("exif_json"),
    thumbnails: jsonb("thumbnails"),
    /** ThumbHash of the thumbnail, in base64. */
    thumbhash: text("thumbhash"),
    /** Title, caption, keywords, rating and creator from XMP and IPTC. Null if the file has none. */
    annotations: jsonb("annotations"),
    isDegraded: boolean("is_degraded").notNull().default(false),
    /** Additional content found in the file. Empty until the photo is COMPLETED. */
    anomalies: text("anomalies").array().notNull().default(sql`'{}'`),
    status: text("status").notNull().default("QUEUED"),
    failureReason: text("failure_reason"),
    failureDetail: text("failure_detail"),
    /** S3's `sequencer` of the last applied event. Older events do not overwrite it. */
    sequencer: text("sequencer"),
    /** When the sweep found the photo's object without having received an event. */
    recoveredAt: instant("recovered_at"),
    /** When the photo's message was moved to the dead-letter queue. */
    deadLetteredAt: instant("dead_lettered_at"),
    /** When an operator last reopened the photo. Older dead letters are ignored. */
    reopenedAt: instant("reopened_at"),
    /** When the removal of the objects of a deleted or cancelled photo was confirmed. */
    objectsRemovedAt: instant("objects_removed_at"),
    /** When that removal last failed. */
    removalFailedAt: instant("removal_failed_at"),
    /** Fencing token of the lease: only the latest claim may complete or fail the photo. */
    attempt: smallint("attempt").notNull().default(0),
    leaseExpiresAt: instant("lease_expires_at"),
    /** When the delayed message of a deferred claim arrives at the latest. Null after a claim that was not deferred. */
    deferredUntil: instant("deferred_until"),
    /** W3C trace context of the command that created the photo. */
    traceparent: text("traceparent"),
    /** Incremented by a trigger on every update of the row. */
    version: bigint("version", { mode: "number" }).notNull().default(1),
    /** When the photo entered its current status. Set by the same trigger. */
    statusSince: instant("status_since").notNull().defaultNow(),
    /** When the sweep last checked the photo. */
    lastSweptAt: instant("last_swept_at"),
    /** When the owner deleted the photo. Queries hide it, and the sweep removes its objects. */
    deletedAt: instant("deleted_at"),
    /** Local time of capture, `YYYY-MM-DDTHH:MM:SS`, which sorts as text. */
    takenAt: text("taken_at").generatedAlwaysAs(sql`exif_json->>'dateTimeOriginal'`),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
    completedAt: instant("completed_at"),
    /** Local time of capture, else the time of creation in UTC, in the format of `taken_at`. Lists sort by it. */
    takenOrCreatedAt: text("taken_or_created_at").generatedAlwaysAs(
      sql`taken_or_created_at(exif_json, created_at)`,
    ),
  },
  (table) => [
    // Photo ids sort by creation time, so these indexes are used for keyset pagination in order of creation.
    // Lists omit duplicates unless they are asked for, and a user who sends a library again has many.
    index("photos_listed")
      .on(table.userId, table.photoId)
      // Not by the status: the planner would also use it for lists of one status.
      .where(sql`${table.deletedAt} is null and ${table.duplicateOf} is null`),
    index("photos_live_by_status")
      .on(table.userId, table.status, table.photoId)
      .where(sql`${table.deletedAt} is null`),
    index("photos_live_by_capture")
      .on(table.userId, table.takenAt, table.photoId)
      .where(sql`${table.deletedAt} is null`),
    index("photos_listed_by_time")
      .on(table.userId, table.takenOrCreatedAt, table.photoId)
      .where(sql`${table.deletedAt} is null and ${table.status} <> 'DUPLICATE'`),
    index("photos_stored_by_checksum")
      .on(table.userId, table.checksum, table.photoId)
      .where(sql`${table.status} = 'COMPLETED' and ${table.deletedAt} is null`),
    index("photos_by_original").on(table.duplicateOf).where(sql`${table.duplicateOf} is not null`),
    index("photos_by_job").on(table.jobId, table.photoId),
    // For status polls. Without statistics the planner estimates that `deleted_at is null` is rare, and reads all of
    // an index of all photos of the user instead of the photos of one job.
    index("photos_live_by_job").on(table.jobId, table.photoId).where(sql`${table.deletedAt} is null`),
    // For the sweep's selections: few rows, regardless of the size of the table.
    index("photos_waiting").on(table.updatedAt).where(sql`${table.status} in ('QUEUED', 'UPLOADING')`),
    index("photos_processing").on(table.updatedAt).where(sql`${table.status} = 'PROCESSING'`),
    index("photos_expired")
      .on(table.statusSince)
      .where(
        sql`${table.failureReason} = 'EXPIRED' and ${table.etag} is null and ${table.deletedAt} is null and ${table.objectsRemovedAt} is null`,
      ),
    // Photos that an operator can reopen.
    index("photos_reopenable")
      .on(table.photoId)
      .where(sql`${table.status} = 'FAILED' and ${table.etag} is not null and ${table.deletedAt} is null`),
    // For a user's share of the processing slots: photos with a lease and photos that wait for one.
    index("photos_leased")
      .on(table.leaseExpiresAt, table.userId)
      .where(sql`${table.status} = 'PROCESSING' and ${table.leaseExpiresAt} is not null`),
    index("photos_unleased")
      .on(table.userId, table.updatedAt)
      .where(sql`${table.status} = 'PROCESSING' and ${table.leaseExpiresAt} is null`),
    index("photos_to_remove")
      .on(table.removalFailedAt.asc().nullsFirst(), table.updatedAt)
      .where(
        sql`(${table.deletedAt} is not null or ${table.status} in ('CANCELLED', 'DUPLICATE')) and ${table.objectsRemovedAt} is null`,
      ),
    index("photos_dead_lettered").on(table.deadLetteredAt).where(sql`${table.deadLetteredAt} is not null`),
    check("photos_duplicate_of", sql`(${table.status} = 'DUPLICATE') = (${table.duplicateOf} is not null)`),
    check("photos_status", oneOf(table.status, photoStatuses)),
    check("photos_anomalies", sql`${table.anomalies} <@ ${arrayOf(photoAnomalies)}`),
    check("photos_failure_reason", oneOf(table.failureReason, failureReasons)),
    check(
      "photos_failed_with_reason",
      sql`(${table.status} = 'FAILED') = (${table.failureReason} is not null)`,
    ),
    // The processor reads exactly this version of the object, so a message without an ETag cannot be processed.
    check("photos_processing_with_etag", sql`${table.status} <> 'PROCESSING' or ${table.etag} is not null`),
  ],
)

/**
 * The number of a user's photos for each month of `taken_or_created_at`, written by triggers on `photos`. Counting
 * 100,000 index entries takes 70 ms. See docs/decisions/0030-photos-by-capture-time.md.
 */
export const photoMonths = pgTable(
  "photo_months",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    /** `YYYY-MM` */
    month: text("month").notNull(),
    photoCount: integer("photo_count").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.month] })],
)

/** The parts of multipart uploads that S3 is known to have. */
export const uploadParts = pgTable(
  "upload_parts",
  {
    photoId: text("photo_id")
      .notNull()
      .references(() => photos.photoId),
    /** From 1. */
    partNumber: integer("part_number").notNull(),
    bytes: integer("bytes").notNull(),
    etag: text("etag").notNull(),
    /** SHA-256 of the part in lower-case hex, if its upload has part checksums. */
    sha256: text("sha256"),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.photoId, table.partNumber] })],
)

/** The history of a photo, kept as long as the photo. Outbox events are deleted earlier. */
export const photoTimeline = pgTable(
  "photo_timeline",
  {
    entryId: bigint("entry_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    photoId: text("photo_id").notNull(),
    /** A status that the photo entered, or another event such as `ATTEMPT_FAILED`. */
    kind: text("kind").notNull(),
    data: jsonb("data").notNull().default({}),
    occurredAt: instant("occurred_at").notNull().defaultNow(),
  },
  (table) => [
    index("photo_timeline_by_photo").on(table.photoId, table.entryId),
    check("photo_timeline_kind", oneOf(table.kind, timelineKinds)),
  ],
)
