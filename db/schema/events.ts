import { sql } from "drizzle-orm"
import {
  bigint,
  check,
  index,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core"
import { instant } from "./columns.ts"

export const outboxEvents = pgTable(
  "outbox_events",
  {
    /** Orders the events of a job: they are inserted while the job's row is locked. */
    sequence: bigint("sequence", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    eventId: text("event_id").notNull().unique().default(sql`'evt_' || gen_random_uuid()`),
    type: text("type").notNull(),
    userId: text("user_id").notNull(),
    jobId: text("job_id").notNull(),
    photoId: text("photo_id"),
    data: jsonb("data").notNull(),
    occurredAt: instant("occurred_at").notNull().defaultNow(),
    /**
     * The order in which sinks receive events, assigned by the relay after the commit. `sequence` cannot be used: a
     * transaction may commit after one with a higher sequence, and a cursor would skip its events.
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

/** The last assigned relay position. A single row, locked while positions are assigned. */
export const outboxNumbering = pgTable(
  "outbox_numbering",
  {
    id: smallint("id").primaryKey().default(1),
    lastPosition: bigint("last_position", { mode: "number" }).notNull().default(0),
  },
  (table) => [check("outbox_numbering_one_row", sql`${table.id} = 1`)],
)

/** The position of each sink: the sink has accepted every event up to it, except those in `undelivered_events`. */
export const outboxSinks = pgTable("outbox_sinks", {
  sink: text("sink").primaryKey(),
  position: bigint("position", { mode: "number" }).notNull(),
  lastAcceptedAt: instant("last_accepted_at"),
  /** When a relay first started without this sink in its configuration. */
  retiredAt: instant("retired_at"),
})

/** Events up to a sink's position that it has not accepted: to be retried, waiting for an earlier event, or parked. */
export const undeliveredEvents = pgTable(
  "undelivered_events",
  {
    sink: text("sink").notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    userId: text("user_id").notNull(),
    jobId: text("job_id").notNull(),
    /** The id of the user or job whose later events wait for this one. */
    holdKey: text("hold_key").notNull(),
    /** Failed attempts to deliver this event. 0 while it waits for an earlier event. */
    attempts: smallint("attempts").notNull().default(0),
    nextAttemptAt: instant("next_attempt_at"),
    lastError: text("last_error"),
    postponedAt: instant("postponed_at").notNull().defaultNow(),
    /** When the event was parked. Null again after an operator unparks it. */
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
