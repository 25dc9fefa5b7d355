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
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core"
import { failureReasons } from "../domain/failure-reason.ts"
import { photoAnomalies } from "../domain/image.ts"
import { jobStatuses } from "../domain/job-status.ts"
import { photoStatuses } from "../domain/photo-status.ts"
import { timelineKinds } from "../domain/photo-timeline.ts"

/** A CHECK that admits the domain's words and no others. */
const oneOf = (column: PgColumn, words: readonly string[]): SQL =>
  sql`${column} in (${sql.raw(words.map((word) => `'${word}'`).join(", "))})`

const arrayOf = (words: readonly string[]): SQL =>
  sql.raw(`array[${words.map((word) => `'${word}'`).join(", ")}]::text[]`)

const instant = (name: string) => timestamp(name, { withTimezone: true })

export const users = pgTable(
  "users",
  {
    userId: text("user_id").primaryKey(),
    /** Lower case: addresses that differ in case only are one account. Null for users of a foreign issuer. */
    email: text("email").unique(),
    /** Null for users who never sign in here. */
    passwordHash: text("password_hash"),
    /** The foreign OpenID provider, and who the user is there. */
    oidcIssuer: text("oidc_issuer"),
    oidcSubject: text("oidc_subject"),
    status: text("status").notNull().default("ACTIVE"),
    /** What the user may store, and what is reserved by photos that wait or are stored. */
    quotaBytes: bigint("quota_bytes", { mode: "number" })
      .notNull()
      .default(100 * 1024 ** 3),
    quotaPhotos: integer("quota_photos").notNull().default(100_000),
    usedBytes: bigint("used_bytes", { mode: "number" }).notNull().default(0),
    usedPhotos: integer("used_photos").notNull().default(0),
    /** How many webhooks the user has: counted here, where a limit can be held against requests that race. */
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
 * Refresh tokens that descend from one sign-in. Only the newest generation is good; a family appears here with its
 * first rotation or when it is revoked.
 */
export const refreshFamilies = pgTable(
  "refresh_families",
  {
    familyId: text("family_id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    generation: integer("generation").notNull(),
    revokedAt: instant("revoked_at"),
    expiresAt: instant("expires_at").notNull(),
  },
  // Serves the sweep's pruning.
  (table) => [index("refresh_families_by_expiry").on(table.expiresAt)],
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
    /** Bytes of every part but the last; null for a photo that comes in one PUT. */
    partSize: integer("part_size"),
    /** S3's id of the multipart upload, once it was opened. */
    uploadId: text("upload_id"),
    /** What the client last said it had sent. */
    bytesSent: bigint("bytes_sent", { mode: "number" }).notNull().default(0),
    etag: text("etag"),
    /** When a finalize or the sweep last sent the processor a message for the photo; null when that was not sent. */
    enqueuedAt: instant("enqueued_at"),
    /** Lower-case hex of the SHA-256 of the stored bytes, once they were read. */
    checksum: text("checksum"),
    width: integer("width"),
    height: integer("height"),
    exifJson: jsonb("exif_json"),
    thumbnails: jsonb("thumbnails"),
    isDegraded: boolean("is_degraded").notNull().default(false),
    /** What else is in its file; empty until the photo is COMPLETED. */
    anomalies: text("anomalies").array().notNull().default(sql`'{}'`),
    status: text("status").notNull().default("QUEUED"),
    failureReason: text("failure_reason"),
    failureDetail: text("failure_detail"),
    /** S3's `sequencer` of the newest event that was heeded: an older one never overwrites it. */
    sequencer: text("sequencer"),
    /** When the sweep found its object although no event ever told of it. */
    recoveredAt: instant("recovered_at"),
    /** When its message was given up and came to the dead-letter queue. */
    deadLetteredAt: instant("dead_lettered_at"),
    /** When an operator last took it up after it had failed: dead letters from before say nothing any more. */
    reopenedAt: instant("reopened_at"),
    /** When the objects of a deleted or cancelled photo were seen to be gone. */
    objectsRemovedAt: instant("objects_removed_at"),
    /** Fencing token of the lease: only the newest claim may complete or fail the photo. */
    attempt: smallint("attempt").notNull().default(0),
    leaseExpiresAt: instant("lease_expires_at"),
    /** W3C trace context of the command that created the photo. */
    traceparent: text("traceparent"),
    /** Grows with every update of the row; a trigger does it. */
    version: bigint("version", { mode: "number" }).notNull().default(1),
    /** When it entered its status; the trigger that grows the version does it. */
    statusSince: instant("status_since").notNull().defaultNow(),
    /** When the sweep last checked it. */
    lastSweptAt: instant("last_swept_at"),
    /** When its owner threw it away: hidden from queries, its objects wait for the sweep. */
    deletedAt: instant("deleted_at"),
    /** Local time of capture, `YYYY-MM-DDTHH:MM:SS`, which sorts as it is. */
    takenAt: text("taken_at").generatedAlwaysAs(sql`exif_json->>'dateTimeOriginal'`),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
    completedAt: instant("completed_at"),
  },
  (table) => [
    // Photo ids sort by time of birth: these are (user, created_at) and page by key.
    index("photos_live").on(table.userId, table.photoId).where(sql`${table.deletedAt} is null`),
    index("photos_live_by_status")
      .on(table.userId, table.status, table.photoId)
      .where(sql`${table.deletedAt} is null`),
    index("photos_live_by_capture")
      .on(table.userId, table.takenAt, table.photoId)
      .where(sql`${table.deletedAt} is null`),
    index("photos_live_by_checksum")
      .on(table.userId, table.checksum)
      .where(sql`${table.deletedAt} is null and ${table.checksum} is not null`),
    index("photos_by_job").on(table.jobId, table.photoId),
    // What the sweep selects: few rows, whatever the size of the table.
    index("photos_waiting").on(table.updatedAt).where(sql`${table.status} in ('QUEUED', 'UPLOADING')`),
    index("photos_processing").on(table.updatedAt).where(sql`${table.status} = 'PROCESSING'`),
    index("photos_expired")
      .on(table.statusSince)
      .where(
        sql`${table.failureReason} = 'EXPIRED' and ${table.etag} is null and ${table.deletedAt} is null and ${table.objectsRemovedAt} is null`,
      ),
    // What an operator can reopen.
    index("photos_reopenable")
      .on(table.photoId)
      .where(sql`${table.status} = 'FAILED' and ${table.etag} is not null and ${table.deletedAt} is null`),
    // A user's share of the processing slots: who holds leases, and who waits for one.
    index("photos_leased")
      .on(table.leaseExpiresAt, table.userId)
      .where(sql`${table.status} = 'PROCESSING' and ${table.leaseExpiresAt} is not null`),
    index("photos_unleased")
      .on(table.userId, table.updatedAt)
      .where(sql`${table.status} = 'PROCESSING' and ${table.leaseExpiresAt} is null`),
    index("photos_to_remove")
      .on(table.updatedAt)
      .where(
        sql`(${table.deletedAt} is not null or ${table.status} = 'CANCELLED') and ${table.objectsRemovedAt} is null`,
      ),
    index("photos_dead_lettered").on(table.deadLetteredAt).where(sql`${table.deadLetteredAt} is not null`),
    check("photos_status", oneOf(table.status, photoStatuses)),
    check("photos_anomalies", sql`${table.anomalies} <@ ${arrayOf(photoAnomalies)}`),
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
    /** The order of a job's events: they are inserted while the job's row is locked. */
    sequence: bigint("sequence", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    eventId: text("event_id").notNull().unique().default(sql`'evt_' || gen_random_uuid()`),
    type: text("type").notNull(),
    userId: text("user_id").notNull(),
    jobId: text("job_id").notNull(),
    photoId: text("photo_id"),
    data: jsonb("data").notNull(),
    occurredAt: instant("occurred_at").notNull().defaultNow(),
    /**
     * The order in which sinks receive it, given by the relay after the commit. `sequence` can't be that order: a
     * transaction may commit after one with a higher sequence, and a cursor would have passed it.
     */
    relayPosition: bigint("relay_position", { mode: "number" }),
  },
  (table) => [
    index("outbox_events_unnumbered").on(table.sequence).where(sql`${table.relayPosition} is null`),
    uniqueIndex("outbox_events_by_position")
      .on(table.relayPosition)
      .where(sql`${table.relayPosition} is not null`),
  ],
)

/** The last relay position that was given: one row, locked while positions are given. */
export const outboxNumbering = pgTable(
  "outbox_numbering",
  {
    id: smallint("id").primaryKey().default(1),
    lastPosition: bigint("last_position", { mode: "number" }).notNull().default(0),
  },
  (table) => [check("outbox_numbering_one_row", sql`${table.id} = 1`)],
)

/** A mark for each sink of the relay: it has accepted every event up to `position` that `undelivered_events` lacks. */
export const outboxSinks = pgTable("outbox_sinks", {
  sink: text("sink").primaryKey(),
  position: bigint("position", { mode: "number" }).notNull(),
  lastAcceptedAt: instant("last_accepted_at"),
  /** When a relay started without this sink in its configuration. */
  retiredAt: instant("retired_at"),
})

/** Events up to a sink's mark that the sink has not accepted: to be sent again, waiting behind another, or parked. */
export const undeliveredEvents = pgTable(
  "undelivered_events",
  {
    sink: text("sink").notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    userId: text("user_id").notNull(),
    jobId: text("job_id").notNull(),
    /** The user or the job whose later events wait for this one. */
    holdKey: text("hold_key").notNull(),
    /** Failures of this very event; 0 while it only waits behind another. */
    attempts: smallint("attempts").notNull().default(0),
    nextAttemptAt: instant("next_attempt_at"),
    lastError: text("last_error"),
    postponedAt: instant("postponed_at").notNull().defaultNow(),
    /** When it was given up, until an operator unparks it. */
    parkedAt: instant("parked_at"),
  },
  (table) => [
    primaryKey({ columns: [table.sink, table.sequence] }),
    index("undelivered_events_by_hold")
      .on(table.sink, table.holdKey, table.sequence)
      .where(sql`${table.parkedAt} is null`),
    index("undelivered_events_failed")
      .on(table.sink, table.jobId, table.sequence)
      .where(sql`${table.parkedAt} is null and ${table.nextAttemptAt} is not null`),
  ],
)

/** The parts of multipart uploads that are known to lie in S3. */
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
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.photoId, table.partNumber] })],
)

/** What happened to a photo. It is kept as long as the photo; the outbox is pruned. */
export const photoTimeline = pgTable(
  "photo_timeline",
  {
    entryId: bigint("entry_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    photoId: text("photo_id").notNull(),
    /** A status that was entered, or another fact such as `ATTEMPT_FAILED`. */
    kind: text("kind").notNull(),
    data: jsonb("data").notNull().default({}),
    occurredAt: instant("occurred_at").notNull().defaultNow(),
  },
  (table) => [
    index("photo_timeline_by_photo").on(table.photoId, table.entryId),
    check("photo_timeline_kind", oneOf(table.kind, timelineKinds)),
  ],
)

export const tags = pgTable(
  "tags",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    /** Lower case of the label: what makes two labels the same tag. */
    tagKey: text("tag_key").notNull(),
    /** As its owner first wrote it. */
    label: text("label").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.tagKey] })],
)

export const photoTags = pgTable(
  "photo_tags",
  {
    photoId: text("photo_id")
      .notNull()
      .references(() => photos.photoId),
    userId: text("user_id").notNull(),
    tagKey: text("tag_key").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.photoId, table.tagKey] }),
    // Serves a tag's photos in the order of their ids.
    index("photo_tags_by_tag").on(table.userId, table.tagKey, table.photoId),
  ],
)

/**
 * Ranges of a user's photo ids, about 4,096 photos each, written by a trigger on `upload_jobs`. The search index is
 * scoped by block: a search reads one block after the other, newest first, and stops when its page is full. See
 * docs/decisions/0023-search-by-blocks.md.
 */
export const searchBlocks = pgTable(
  "search_blocks",
  {
    blockId: integer("block_id").primaryKey().generatedAlwaysAsIdentity(),
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    /** The block holds the photo ids from here up to the user's next block. */
    firstPhotoId: text("first_photo_id").notNull(),
    /** Photos created since the block was opened. */
    photoCount: integer("photo_count").notNull(),
  },
  (table) => [uniqueIndex("search_blocks_by_user").on(table.userId, table.firstPhotoId)],
)

/** What searches read of a live photo that has ended, written by triggers on `photos` and `photo_tags`. */
export const photoSearch = pgTable(
  "photo_search",
  {
    photoId: text("photo_id")
      .primaryKey()
      .references(() => photos.photoId, { onDelete: "cascade" }),
    blockId: integer("block_id").notNull(),
    status: text("status").notNull(),
    takenAt: text("taken_at"),
    tagKeys: text("tag_keys").array().notNull(),
    /** The searched fields, in lower case, one per line: see `search_document()`. */
    document: text("document").notNull(),
  },
  (table) => [
    // Without a list of pending entries (`fastupdate`), which every search would have to read.
    index("photo_search_tokens")
      .using(
        "gin",
        sql`search_tokens(${table.blockId}, ${table.document}, ${table.status}, ${table.takenAt}, ${table.tagKeys})`,
      )
      .with({ fastupdate: false }),
  ],
)

/** Answers kept for commands that are sent again, 24 h long. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    idempotencyKey: text("idempotency_key").notNull(),
    /** SHA-256 of the request: the same key with another one is a mistake. */
    fingerprint: text("fingerprint").notNull(),
    /** The answer is rebuilt from the job, with URLs that are fresh. */
    jobId: text("job_id").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.idempotencyKey] }),
    index("idempotency_keys_by_age").on(table.createdAt),
  ],
)

/** Who did what to which photo, and what came of it. Append-only: triggers refuse UPDATE, DELETE and TRUNCATE. */
export const auditLog = pgTable(
  "audit_log",
  {
    auditId: bigint("audit_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    userId: text("user_id").notNull(),
    action: text("action").notNull(),
    jobId: text("job_id"),
    photoId: text("photo_id"),
    outcome: text("outcome").notNull(),
    occurredAt: instant("occurred_at").notNull().defaultNow(),
  },
  (table) => [index("audit_log_by_user").on(table.userId, table.auditId)],
)

/** Where a user wants to be told of events. */
export const webhookEndpoints = pgTable(
  "webhook_endpoints",
  {
    endpointId: text("endpoint_id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    url: text("url").notNull(),
    /** `whsec_…`: signs each delivery (https://www.standardwebhooks.com). */
    secret: text("secret").notNull(),
    /** Signs too until it expires, so that a receiver can change over. */
    previousSecret: text("previous_secret"),
    previousSecretExpiresAt: instant("previous_secret_expires_at"),
    /** Null: all of them. */
    eventTypes: jsonb("event_types"),
    disabledAt: instant("disabled_at"),
    disabledReason: text("disabled_reason"),
    /** The endpoint's circuit breaker: failed attempts since its last success, … */
    consecutiveFailures: integer("consecutive_failures").notNull().default(0),
    /** … since when, … */
    failingSince: instant("failing_since"),
    /** … and until when nothing is sent to it. */
    pausedUntil: instant("paused_until"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [index("webhook_endpoints_by_user").on(table.userId, table.endpointId)],
)

/** What is to be delivered to an endpoint, and how its delivery went. */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    deliveryId: bigint("delivery_id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    endpointId: text("endpoint_id")
      .notNull()
      .references(() => webhookEndpoints.endpointId, { onDelete: "cascade" }),
    eventId: text("event_id").notNull(),
    /** The CloudEvent as it is sent. */
    event: jsonb("event").notNull(),
    status: text("status").notNull().default("PENDING"),
    attempts: smallint("attempts").notNull().default(0),
    nextAttemptAt: instant("next_attempt_at").notNull().defaultNow(),
    /** Set while a worker attempts it: what is in flight counts against its endpoint's and its user's limits. */
    leaseExpiresAt: instant("lease_expires_at"),
    lastStatus: smallint("last_status"),
    lastError: text("last_error"),
    createdAt: instant("created_at").notNull().defaultNow(),
    deliveredAt: instant("delivered_at"),
  },
  (table) => [
    index("webhook_deliveries_by_endpoint").on(table.endpointId, table.deliveryId),
    uniqueIndex("webhook_deliveries_once").on(table.endpointId, table.eventId),
    index("webhook_deliveries_due_by_endpoint")
      .on(table.endpointId, table.nextAttemptAt)
      .where(sql`${table.status} = 'PENDING'`),
    index("webhook_deliveries_in_flight")
      .on(table.endpointId)
      .where(sql`${table.leaseExpiresAt} is not null`),
    // Serves the sweep's pruning.
    index("webhook_deliveries_ended").on(table.createdAt).where(sql`${table.status} <> 'PENDING'`),
    check("webhook_deliveries_status", oneOf(table.status, ["PENDING", "DELIVERED", "FAILED"])),
  ],
)

/** The one row about this database as a whole: its identity, and what the sweep found. */
export const deployment = pgTable(
  "deployment",
  {
    isOnlyRow: boolean("is_only_row").primaryKey().default(true),
    /** Identifies the database in the bucket's marker (decision 16). A restored copy has the same one. */
    deploymentId: uuid("deployment_id").notNull().defaultRandom(),
    /** The outbox sequence last written to the marker. A marker with a higher one was written by a later database. */
    markedSequence: bigint("marked_sequence", { mode: "number" }),
    /** Why the sweep deletes nothing from the bucket; null while it may delete. */
    deletionsBlockedReason: text("deletions_blocked_reason"),
    deletionsBlockedAt: instant("deletions_blocked_at"),
    /** The last complete listing of the bucket. */
    listedAt: instant("listed_at"),
    objectsListed: bigint("objects_listed", { mode: "number" }).notNull().default(0),
    /** Objects in it without a row that were left because there are more of them than the bound. */
    orphansHeld: bigint("orphans_held", { mode: "number" }).notNull().default(0),
    /** How many orphans an operator has allowed the sweep to delete. */
    orphansConfirmed: bigint("orphans_confirmed", { mode: "number" }).notNull().default(0),
    orphansConfirmedAt: instant("orphans_confirmed_at"),
  },
  (table) => [check("deployment_one_row", sql`${table.isOnlyRow}`)],
)
