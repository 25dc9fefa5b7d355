-- The database's identity for the marker in its bucket, what the sweep found there, and indexes for each statement of
-- the sweep, of its pruning and of the operators' commands.
CREATE TABLE "deployment" (
	"is_only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"deployment_id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"marked_sequence" bigint,
	"deletions_blocked_reason" text,
	"deletions_blocked_at" timestamp with time zone,
	"listed_at" timestamp with time zone,
	"objects_listed" bigint DEFAULT 0 NOT NULL,
	"orphans_held" bigint DEFAULT 0 NOT NULL,
	"orphans_confirmed" bigint DEFAULT 0 NOT NULL,
	"orphans_confirmed_at" timestamp with time zone,
	CONSTRAINT "deployment_one_row" CHECK ("deployment"."is_only_row")
);
--> statement-breakpoint
DROP INDEX "photos_unfinished";--> statement-breakpoint
CREATE INDEX "photos_waiting" ON "photos" USING btree ("updated_at") WHERE "photos"."status" in ('QUEUED', 'UPLOADING');--> statement-breakpoint
CREATE INDEX "photos_processing" ON "photos" USING btree ("updated_at") WHERE "photos"."status" = 'PROCESSING';--> statement-breakpoint
CREATE INDEX "photos_expired" ON "photos" USING btree ("status_since") WHERE "photos"."failure_reason" = 'EXPIRED' and "photos"."etag" is null and "photos"."deleted_at" is null and "photos"."objects_removed_at" is null;--> statement-breakpoint
CREATE INDEX "photos_reopenable" ON "photos" USING btree ("photo_id") WHERE "photos"."status" = 'FAILED' and "photos"."etag" is not null and "photos"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "refresh_families_by_expiry" ON "refresh_families" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_ended" ON "webhook_deliveries" USING btree ("created_at") WHERE "webhook_deliveries"."status" <> 'PENDING';--> statement-breakpoint
INSERT INTO "deployment" DEFAULT VALUES;
