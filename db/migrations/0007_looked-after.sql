-- What bounds the time a photo may spend in a status, and how often the sweep looks after it.
ALTER TABLE "photos" ADD COLUMN "status_since" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "looked_at" timestamp with time zone;