-- A photo has a ThumbHash, and what its author wrote into the file (decision 30). Titles, captions and keywords are
-- searched. No photo has them yet, so the search index is not rebuilt.
ALTER TABLE "photos" ADD COLUMN "thumbhash" text;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "annotations" jsonb;--> statement-breakpoint
create or replace function search_document(photo photos, tag_keys text[]) returns text
language sql immutable parallel safe
return lower(normalize(concat_ws(E'\n', photo.filename, photo.path, photo.exif_json->>'make',
  photo.exif_json->>'model', photo.annotations->>'title', photo.annotations->>'caption',
  (select string_agg(keyword, E'\n') from jsonb_array_elements_text(photo.annotations->'keywords') as keyword),
  array_to_string(tag_keys, E'\n'))));
--> statement-breakpoint
drop trigger photos_search on photos;
--> statement-breakpoint
create trigger photos_search after update of status, deleted_at, filename, exif_json, annotations on photos
  for each row when (
    old.status in ('COMPLETED', 'FAILED', 'CANCELLED') or new.status in ('COMPLETED', 'FAILED', 'CANCELLED'))
  execute function index_photo();
