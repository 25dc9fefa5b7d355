-- One mark per sink instead of one per event: neither a sink that is down nor one failing user holds up anything
-- else. The relay numbers events after their commit, because a sequence becomes visible out of order.
CREATE TABLE "outbox_numbering" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"last_position" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "outbox_numbering_one_row" CHECK ("outbox_numbering"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "outbox_sinks" (
	"sink" text PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL,
	"last_accepted_at" timestamp with time zone,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "undelivered_events" (
	"sink" text NOT NULL,
	"sequence" bigint NOT NULL,
	"user_id" text NOT NULL,
	"job_id" text NOT NULL,
	"hold_key" text NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"last_error" text,
	"postponed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"parked_at" timestamp with time zone,
	CONSTRAINT "undelivered_events_sink_sequence_pk" PRIMARY KEY("sink","sequence")
);
--> statement-breakpoint
DROP INDEX "outbox_events_waiting";--> statement-breakpoint
DROP INDEX "outbox_events_postponed";--> statement-breakpoint
DROP INDEX "outbox_events_published";--> statement-breakpoint
ALTER TABLE "outbox_events" ADD COLUMN "relay_position" bigint;--> statement-breakpoint
INSERT INTO "outbox_numbering" ("last_position") VALUES (0);--> statement-breakpoint
-- What was published or parked is behind every mark; parked events stay parked in the sinks that every system has.
WITH numbered AS (
  UPDATE "outbox_events" e SET "relay_position" = past.rank
  FROM (
    SELECT "sequence", row_number() OVER (ORDER BY "sequence") AS rank
    FROM "outbox_events" WHERE "published_at" IS NOT NULL OR "parked_at" IS NOT NULL
  ) AS past
  WHERE e."sequence" = past."sequence" RETURNING e."relay_position"
)
UPDATE "outbox_numbering" SET "last_position" = (SELECT coalesce(max("relay_position"), 0) FROM numbered);--> statement-breakpoint
INSERT INTO "undelivered_events" ("sink", "sequence", "user_id", "job_id", "hold_key", "attempts", "last_error", "parked_at")
SELECT sink, "sequence", "user_id", "job_id", "job_id", "attempts", "last_error", "parked_at"
FROM "outbox_events", unnest(array['edge', 'webhooks']) AS sink WHERE "parked_at" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "undelivered_events_by_hold" ON "undelivered_events" USING btree ("sink","hold_key","sequence") WHERE "undelivered_events"."parked_at" is null;--> statement-breakpoint
CREATE INDEX "undelivered_events_failed" ON "undelivered_events" USING btree ("sink","job_id","sequence") WHERE "undelivered_events"."parked_at" is null and "undelivered_events"."next_attempt_at" is not null;--> statement-breakpoint
CREATE INDEX "outbox_events_unnumbered" ON "outbox_events" USING btree ("sequence") WHERE "outbox_events"."relay_position" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_events_by_position" ON "outbox_events" USING btree ("relay_position") WHERE "outbox_events"."relay_position" is not null;--> statement-breakpoint
ALTER TABLE "outbox_events" DROP COLUMN "published_at";--> statement-breakpoint
ALTER TABLE "outbox_events" DROP COLUMN "attempts";--> statement-breakpoint
ALTER TABLE "outbox_events" DROP COLUMN "next_attempt_at";--> statement-breakpoint
ALTER TABLE "outbox_events" DROP COLUMN "parked_at";--> statement-breakpoint
ALTER TABLE "outbox_events" DROP COLUMN "last_error";