-- The tables of PRD §10: accounts, batches, photos, and the outbox that every change of state writes into.
CREATE TABLE "outbox_events" (
	"sequence" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_events_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" text DEFAULT 'evt_' || new_ulid() NOT NULL,
	"type" text NOT NULL,
	"user_id" text NOT NULL,
	"job_id" text NOT NULL,
	"photo_id" text,
	"data" jsonb NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT now() NOT NULL,
	"published_at" timestamp with time zone,
	CONSTRAINT "outbox_events_event_id_unique" UNIQUE("event_id")
);
--> statement-breakpoint
CREATE TABLE "photos" (
	"photo_id" text PRIMARY KEY NOT NULL,
	"job_id" text NOT NULL,
	"user_id" text NOT NULL,
	"filename" text NOT NULL,
	"mime_type" text NOT NULL,
	"bytes" bigint NOT NULL,
	"expected_sha256" text,
	"s3_key" text NOT NULL,
	"etag" text,
	"checksum" text,
	"width" integer,
	"height" integer,
	"exif_json" jsonb,
	"thumbnails" jsonb,
	"is_degraded" boolean DEFAULT false NOT NULL,
	"status" text DEFAULT 'QUEUED' NOT NULL,
	"failure_reason" text,
	"failure_detail" text,
	"attempt" smallint DEFAULT 0 NOT NULL,
	"lease_expires_at" timestamp with time zone,
	"traceparent" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp with time zone,
	CONSTRAINT "photos_status" CHECK ("photos"."status" in ('QUEUED', 'UPLOADING', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED')),
	CONSTRAINT "photos_failure_reason" CHECK ("photos"."failure_reason" in ('UNSUPPORTED_TYPE', 'TYPE_MISMATCH', 'CORRUPT', 'TOO_LARGE', 'DIMENSIONS_EXCEEDED', 'SIZE_MISMATCH', 'CHECKSUM_MISMATCH', 'INFECTED', 'EXPIRED', 'PROCESSING_ERROR')),
	CONSTRAINT "photos_failed_with_reason" CHECK (("photos"."status" = 'FAILED') = ("photos"."failure_reason" is not null))
);
--> statement-breakpoint
CREATE TABLE "upload_jobs" (
	"job_id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"total_count" integer NOT NULL,
	"completed_count" integer DEFAULT 0 NOT NULL,
	"failed_count" integer DEFAULT 0 NOT NULL,
	"cancelled_count" integer DEFAULT 0 NOT NULL,
	"status" text DEFAULT 'QUEUED' NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"completed_at" timestamp with time zone,
	CONSTRAINT "upload_jobs_status" CHECK ("upload_jobs"."status" in ('QUEUED', 'IN_PROGRESS', 'COMPLETED', 'COMPLETED_WITH_ERRORS', 'FAILED', 'CANCELLED')),
	CONSTRAINT "upload_jobs_counts" CHECK ("upload_jobs"."completed_count" >= 0 and "upload_jobs"."failed_count" >= 0 and "upload_jobs"."cancelled_count" >= 0
        and "upload_jobs"."completed_count" + "upload_jobs"."failed_count" + "upload_jobs"."cancelled_count" <= "upload_jobs"."total_count")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"user_id" text PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"password_hash" text NOT NULL,
	"status" text DEFAULT 'ACTIVE' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email"),
	CONSTRAINT "users_status" CHECK ("users"."status" in ('ACTIVE', 'DISABLED'))
);
--> statement-breakpoint
ALTER TABLE "photos" ADD CONSTRAINT "photos_job_id_upload_jobs_job_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."upload_jobs"("job_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "photos" ADD CONSTRAINT "photos_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upload_jobs" ADD CONSTRAINT "upload_jobs_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "outbox_events_unpublished" ON "outbox_events" USING btree ("sequence") WHERE "outbox_events"."published_at" is null;--> statement-breakpoint
CREATE INDEX "outbox_events_by_photo" ON "outbox_events" USING btree ("photo_id","type");--> statement-breakpoint
CREATE INDEX "photos_by_user" ON "photos" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "photos_by_job" ON "photos" USING btree ("job_id","photo_id");--> statement-breakpoint
CREATE INDEX "upload_jobs_by_user" ON "upload_jobs" USING btree ("user_id","job_id");