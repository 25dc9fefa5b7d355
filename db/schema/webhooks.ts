import { sql } from "drizzle-orm"
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core"
import { instant, oneOf } from "./columns.ts"
import { users } from "./users.ts"

/** URLs that receive a user's events. */
export const webhookEndpoints = pgTable(
  "webhook_endpoints",
  {
    endpointId: text("endpoint_id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    url: text("url").notNull(),
    /** `whsec_…`. Signs each delivery (https://www.standardwebhooks.com). */
    secret: text("secret").notNull(),
    /** Deliveries are also signed with the previous secret until it expires, so that a receiver can switch. */
    previousSecret: text("previous_secret"),
    previousSecretExpiresAt: instant("previous_secret_expires_at"),
    /** Null for all types. */
    eventTypes: jsonb("event_types"),
    disabledAt: instant("disabled_at"),
    disabledReason: text("disabled_reason"),
    /** Circuit breaker: failed attempts since the last successful one. */
    consecutiveFailures: integer("consecutive_failures").notNull().default(0),
    /** Circuit breaker: time of the first of these failures. */
    failingSince: instant("failing_since"),
    /** Circuit breaker: nothing is sent to the endpoint until this time. */
    pausedUntil: instant("paused_until"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [index("webhook_endpoints_by_user").on(table.userId, table.endpointId)],
)

/** Deliveries to endpoints, with their outcome. */
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
    /** Set during an attempt. Deliveries in progress count towards the limits of their endpoint and user. */
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
    // For the sweep, which deletes old rows.
    index("webhook_deliveries_ended").on(table.createdAt).where(sql`${table.status} <> 'PENDING'`),
    check("webhook_deliveries_status", oneOf(table.status, ["PENDING", "DELIVERED", "FAILED"])),
  ],
)
