-- `enqueued_at` bounds the messages that repeated finalize calls send for a photo. Event ids become random UUIDs:
-- a ULID made by SQL string functions cost up to 6 ms of a statement that writes 100 events.
ALTER TABLE "outbox_events" ALTER COLUMN "event_id" SET DEFAULT 'evt_' || gen_random_uuid();--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "enqueued_at" timestamp with time zone;--> statement-breakpoint
DROP FUNCTION new_ulid();
