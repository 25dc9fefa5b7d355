-- The whole API: multipart, idempotency, tags, search, timeline, quota, audit and rotating refresh tokens.
CREATE TABLE "audit_log" (
	"audit_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" text NOT NULL,
	"action" text NOT NULL,
	"job_id" text,
	"photo_id" text,
	"outcome" text NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"user_id" text NOT NULL,
	"idempotency_key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"job_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_user_id_idempotency_key_pk" PRIMARY KEY("user_id","idempotency_key")
);
--> statement-breakpoint
CREATE TABLE "photo_tags" (
	"photo_id" text NOT NULL,
	"user_id" text NOT NULL,
	"tag_key" text NOT NULL,
	CONSTRAINT "photo_tags_photo_id_tag_key_pk" PRIMARY KEY("photo_id","tag_key")
);
--> statement-breakpoint
CREATE TABLE "photo_timeline" (
	"entry_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "photo_timeline_entry_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"photo_id" text NOT NULL,
	"kind" text NOT NULL,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "refresh_families" (
	"family_id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"generation" integer NOT NULL,
	"revoked_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"user_id" text NOT NULL,
	"tag_key" text NOT NULL,
	"label" text NOT NULL,
	CONSTRAINT "tags_user_id_tag_key_pk" PRIMARY KEY("user_id","tag_key")
);
--> statement-breakpoint
CREATE TABLE "upload_parts" (
	"photo_id" text NOT NULL,
	"part_number" integer NOT NULL,
	"bytes" integer NOT NULL,
	"etag" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "upload_parts_photo_id_part_number_pk" PRIMARY KEY("photo_id","part_number")
);
--> statement-breakpoint
DROP INDEX "outbox_events_by_photo";--> statement-breakpoint
DROP INDEX "photos_by_user";--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "email" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "password_hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "part_size" integer;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "upload_id" text;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "bytes_sent" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "version" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "taken_at" text GENERATED ALWAYS AS (exif_json->>'dateTimeOriginal') STORED;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "search_text" text GENERATED ALWAYS AS (lower(filename || ' ' || coalesce(exif_json->>'make', '') || ' ' || coalesce(exif_json->>'model', ''))) STORED;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "oidc_issuer" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "oidc_subject" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "quota_bytes" bigint DEFAULT 107374182400 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "quota_photos" integer DEFAULT 100000 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "used_bytes" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "used_photos" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "photo_tags" ADD CONSTRAINT "photo_tags_photo_id_photos_photo_id_fk" FOREIGN KEY ("photo_id") REFERENCES "public"."photos"("photo_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_families" ADD CONSTRAINT "refresh_families_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tags" ADD CONSTRAINT "tags_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upload_parts" ADD CONSTRAINT "upload_parts_photo_id_photos_photo_id_fk" FOREIGN KEY ("photo_id") REFERENCES "public"."photos"("photo_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_log_by_user" ON "audit_log" USING btree ("user_id","audit_id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_age" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "photo_tags_by_tag" ON "photo_tags" USING btree ("user_id","tag_key","photo_id");--> statement-breakpoint
CREATE INDEX "photo_timeline_by_photo" ON "photo_timeline" USING btree ("photo_id","entry_id");--> statement-breakpoint
CREATE INDEX "tags_search" ON "tags" USING gin ("user_id","tag_key" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "photos_live" ON "photos" USING btree ("user_id","photo_id") WHERE "photos"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "photos_live_by_status" ON "photos" USING btree ("user_id","status","photo_id") WHERE "photos"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "photos_live_by_capture" ON "photos" USING btree ("user_id","taken_at","photo_id") WHERE "photos"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "photos_live_by_checksum" ON "photos" USING btree ("user_id","checksum") WHERE "photos"."deleted_at" is null and "photos"."checksum" is not null;--> statement-breakpoint
CREATE INDEX "photos_search" ON "photos" USING gin ("user_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE UNIQUE INDEX "users_by_subject" ON "users" USING btree ("oidc_issuer","oidc_subject");--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_usage" CHECK ("users"."used_bytes" >= 0 and "users"."used_photos" >= 0);--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_can_sign_in" CHECK (("users"."email" is null) = ("users"."password_hash" is null));