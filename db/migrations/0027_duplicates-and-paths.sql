-- A file whose bytes the user has already becomes a photo with the status DUPLICATE, which is never uploaded (decision
-- 27). A photo has the folder of its file, which searches read. The parts of a multipart upload can have checksums
-- (decision 28).
ALTER TABLE "photo_timeline" DROP CONSTRAINT "photo_timeline_kind";--> statement-breakpoint
ALTER TABLE "photos" DROP CONSTRAINT "photos_status";--> statement-breakpoint
ALTER TABLE "upload_jobs" DROP CONSTRAINT "upload_jobs_counts";--> statement-breakpoint
DROP INDEX "photos_live";--> statement-breakpoint
DROP INDEX "photos_to_remove";--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "path" text;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "has_part_checksums" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "duplicate_of" text;--> statement-breakpoint
ALTER TABLE "upload_parts" ADD COLUMN "sha256" text;--> statement-breakpoint
ALTER TABLE "upload_jobs" ADD COLUMN "duplicate_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "upload_jobs" ADD COLUMN "allows_duplicates" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "upload_jobs" ADD COLUMN "imports_keywords" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "photos_listed" ON "photos" USING btree ("user_id","photo_id") WHERE "photos"."deleted_at" is null and "photos"."duplicate_of" is null;--> statement-breakpoint
CREATE INDEX "photos_by_original" ON "photos" USING btree ("duplicate_of") WHERE "photos"."duplicate_of" is not null;--> statement-breakpoint
CREATE INDEX "photos_to_remove" ON "photos" USING btree ("removal_failed_at" NULLS FIRST,"updated_at") WHERE ("photos"."deleted_at" is not null or "photos"."status" in ('CANCELLED', 'DUPLICATE')) and "photos"."objects_removed_at" is null;--> statement-breakpoint
ALTER TABLE "photo_timeline" ADD CONSTRAINT "photo_timeline_kind" CHECK ("photo_timeline"."kind" in ('QUEUED', 'UPLOADING', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED', 'DUPLICATE', 'ATTEMPT_STARTED', 'ATTEMPT_FAILED', 'REPROCESSING', 'REQUEUED', 'DELETED'));--> statement-breakpoint
ALTER TABLE "photos" ADD CONSTRAINT "photos_duplicate_of" CHECK (("photos"."status" = 'DUPLICATE') = ("photos"."duplicate_of" is not null));--> statement-breakpoint
ALTER TABLE "photos" ADD CONSTRAINT "photos_status" CHECK ("photos"."status" in ('QUEUED', 'UPLOADING', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED', 'DUPLICATE'));--> statement-breakpoint
ALTER TABLE "upload_jobs" ADD CONSTRAINT "upload_jobs_counts" CHECK ("upload_jobs"."completed_count" >= 0 and "upload_jobs"."failed_count" >= 0 and "upload_jobs"."cancelled_count" >= 0
        and "upload_jobs"."duplicate_count" >= 0 and "upload_jobs"."completed_count" + "upload_jobs"."failed_count" + "upload_jobs"."cancelled_count"
        + "upload_jobs"."duplicate_count" <= "upload_jobs"."total_count");--> statement-breakpoint
-- When the originals of duplicates fail or are cancelled, the first duplicate of each waits for its upload again, and the
-- others become duplicates of that one. A function, because each query in it has a new snapshot: a duplicate may have been
-- found while the calling statement waited for the lock on the original. The planner expects one row: without `rows` it
-- expects 1,000 and reads whole tables.
create function requeue_duplicates(originals text[], sources text[]) returns setof photos language plpgsql rows 1 as $$
begin
  -- Rows are locked in the order photo, job, user; the trigger that counts photos by month then locks the counts.
  perform from photos p
  where p.duplicate_of = any (originals) and p.status = any (sources) and p.deleted_at is null
  order by p.photo_id for update;
  if not found then
    return;
  end if;
  perform from upload_jobs j
  where j.job_id in (select p.job_id from photos p where p.duplicate_of = any (originals))
  order by j.job_id for update;
  perform from users u
  where u.user_id in (select p.user_id from photos p where p.duplicate_of = any (originals))
  order by u.user_id for update;
  update photos p set duplicate_of = first_duplicate.photo_id
  from (
    select distinct on (duplicate_of) duplicate_of as original, photo_id from photos
    where duplicate_of = any (originals) and status = any (sources) and deleted_at is null
    order by duplicate_of, photo_id) as first_duplicate
  where p.duplicate_of = first_duplicate.original and p.status = any (sources)
    and p.photo_id <> first_duplicate.photo_id;
  -- Only the first duplicates still have these originals, and deleted ones of originals without a first duplicate.
  return query
    update photos p set status = 'QUEUED', duplicate_of = null, completed_at = null, objects_removed_at = null,
      last_swept_at = null, updated_at = now()
    where p.duplicate_of = any (originals) and p.status = any (sources) and p.deleted_at is null
    returning p.*;
end $$;
--> statement-breakpoint
-- The text that searches look through, one line a field. A new searchable field becomes a line here. It takes the whole
-- row, so that its callers need not change with it.
create function search_document(photo photos, tag_keys text[]) returns text
language sql immutable parallel safe
return lower(normalize(concat_ws(E'\n', photo.filename, photo.path, photo.exif_json->>'make',
  photo.exif_json->>'model', array_to_string(tag_keys, E'\n'))));
--> statement-breakpoint
create or replace function index_photo() returns trigger language plpgsql as $$
declare
  keys text[];
begin
  if new.deleted_at is not null or new.status not in ('COMPLETED', 'FAILED', 'CANCELLED') then
    delete from photo_search where photo_id = new.photo_id;
    return null;
  end if;
  keys := tag_keys_of(new.photo_id);
  insert into photo_search (photo_id, block_id, status, taken_at, tag_keys, document)
  select new.photo_id, block_id, new.status, new.taken_at, keys, search_document(new, keys)
  from search_blocks where user_id = new.user_id and first_photo_id <= new.photo_id
  order by first_photo_id desc limit 1
  on conflict (photo_id) do update
    set status = excluded.status, taken_at = excluded.taken_at, tag_keys = excluded.tag_keys,
      document = excluded.document;
  return null;
end $$;
--> statement-breakpoint
create or replace function index_tags() returns trigger language plpgsql as $$
begin
  update photo_search s
  set tag_keys = tagged.keys, document = search_document(p, tagged.keys)
  from (select photo_id, tag_keys_of(photo_id) as keys from (select distinct photo_id from changed) as c) as tagged
  join photos p using (photo_id)
  where s.photo_id = tagged.photo_id;
  return null;
end $$;
--> statement-breakpoint
create or replace function rebuild_photo_search() returns void language sql as $$
  truncate photo_search, search_blocks;
  insert into search_blocks (user_id, first_photo_id, photo_count)
  select user_id, case when block = 0 then '' else min(photo_id) end, count(*)
  from (
    select user_id, photo_id, (row_number() over (partition by user_id order by photo_id) - 1) / 4096 as block
    from photos) as numbered
  group by user_id, block order by user_id, block;
  insert into photo_search (photo_id, block_id, status, taken_at, tag_keys, document)
  select p.photo_id, b.block_id, p.status, p.taken_at, keys, search_document(p, keys)
  from photos p
  cross join lateral (
    select block_id from search_blocks where user_id = p.user_id and first_photo_id <= p.photo_id
    order by first_photo_id desc limit 1) as b
  cross join lateral tag_keys_of(p.photo_id) as keys
  where p.deleted_at is null and p.status in ('COMPLETED', 'FAILED', 'CANCELLED')
  order by p.photo_id;
$$;
--> statement-breakpoint
drop function search_document(text, jsonb, text[]);
