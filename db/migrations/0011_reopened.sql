-- A dead letter from before a photo was taken up again says nothing any more.
ALTER TABLE "photos" ADD COLUMN "reopened_at" timestamp with time zone;