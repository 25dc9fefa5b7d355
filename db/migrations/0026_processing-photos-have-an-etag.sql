-- A PROCESSING photo without an ETag cannot be processed, and the sweep could not read a batch that contained one. No
-- statement writes such a row. One that was written by hand becomes QUEUED again: the sweep then finds its object. NOT
-- VALID, so that the table is not scanned under an exclusive lock; PostgreSQL checks every later write all the same
-- (https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES).
-- The index now has the order in which the sweep removes objects: otherwise each batch sorts the whole backlog.
UPDATE "photos" SET "status" = 'QUEUED', "lease_expires_at" = null WHERE "status" = 'PROCESSING' AND "etag" IS NULL;--> statement-breakpoint
ALTER TABLE "photos" ADD CONSTRAINT "photos_processing_with_etag" CHECK ("photos"."status" <> 'PROCESSING' or "photos"."etag" is not null) NOT VALID;--> statement-breakpoint
DROP INDEX "photos_to_remove";--> statement-breakpoint
CREATE INDEX "photos_to_remove" ON "photos" USING btree ("removal_failed_at" NULLS FIRST,"updated_at") WHERE ("photos"."deleted_at" is not null or "photos"."status" = 'CANCELLED') and "photos"."objects_removed_at" is null;
