-- A limit that holds against requests that race needs a row to hold it in.
ALTER TABLE "users" ADD COLUMN "webhook_count" integer DEFAULT 0 NOT NULL;