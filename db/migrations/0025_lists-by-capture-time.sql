-- Lists of photos by time of capture, and their number per month, without reading all photos of a user.

-- A photo without a capture time sorts by its creation, in UTC. PL/pgSQL, because to_char() is not immutable: its result
-- for this format does not depend on a setting.
create function taken_or_created_at(exif_json jsonb, created_at timestamptz) returns text
language plpgsql immutable parallel safe as $$
begin
  return coalesce(exif_json->>'dateTimeOriginal', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS'));
end $$;
--> statement-breakpoint
CREATE TABLE "photo_months" (
	"user_id" text NOT NULL,
	"month" text NOT NULL,
	"photo_count" integer NOT NULL,
	CONSTRAINT "photo_months_user_id_month_pk" PRIMARY KEY("user_id","month")
);
--> statement-breakpoint
DROP INDEX "photos_live_by_checksum";--> statement-breakpoint
ALTER TABLE "photos" ADD COLUMN "taken_or_created_at" text GENERATED ALWAYS AS (taken_or_created_at(exif_json, created_at)) STORED;--> statement-breakpoint
ALTER TABLE "photo_search" ADD COLUMN "taken_or_created_at" text;--> statement-breakpoint
ALTER TABLE "refresh_families" ADD COLUMN "rotated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "photo_months" ADD CONSTRAINT "photo_months_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "photos_listed_by_time" ON "photos" USING btree ("user_id","taken_or_created_at","photo_id") WHERE "photos"."deleted_at" is null and "photos"."status" <> 'DUPLICATE';--> statement-breakpoint
CREATE INDEX "photos_stored_by_checksum" ON "photos" USING btree ("user_id","checksum","photo_id") WHERE "photos"."status" = 'COMPLETED' and "photos"."deleted_at" is null;--> statement-breakpoint
-- Once per statement and in the order of the key: one write per month, and concurrent statements cannot deadlock.
-- Lists and counts leave out deleted photos and duplicates.
create function count_photo_months() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into photo_months as known (user_id, month, photo_count)
    select user_id, left(taken_or_created_at, 7) as month, count(*) from added
    where deleted_at is null and status <> 'DUPLICATE'
    group by user_id, month order by user_id, month
    on conflict (user_id, month) do update set photo_count = known.photo_count + excluded.photo_count;
  elsif tg_op = 'DELETE' then
    insert into photo_months as known (user_id, month, photo_count)
    select user_id, left(taken_or_created_at, 7) as month, -count(*) from removed
    where deleted_at is null and status <> 'DUPLICATE'
    group by user_id, month order by user_id, month
    on conflict (user_id, month) do update set photo_count = known.photo_count + excluded.photo_count;
  else
    insert into photo_months as known (user_id, month, photo_count)
    select user_id, left(taken_or_created_at, 7) as month, sum(change)
    from (
      select user_id, taken_or_created_at, deleted_at, status, 1 as change from added
      union all
      select user_id, taken_or_created_at, deleted_at, status, -1 from removed) as changed
    where deleted_at is null and status <> 'DUPLICATE'
    group by user_id, month having sum(change) <> 0 order by user_id, month
    on conflict (user_id, month) do update set photo_count = known.photo_count + excluded.photo_count;
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger photos_months_of_new after insert on photos
  referencing new table as added for each statement execute function count_photo_months();
--> statement-breakpoint
create trigger photos_months after update on photos
  referencing old table as removed new table as added for each statement execute function count_photo_months();
--> statement-breakpoint
create trigger photos_months_of_removed after delete on photos
  referencing old table as removed for each statement execute function count_photo_months();
--> statement-breakpoint
-- Counts all photos anew: after a change of rows without triggers.
create function rebuild_photo_months() returns void language sql as $$
  truncate photo_months;
  insert into photo_months (user_id, month, photo_count)
  select user_id, left(taken_or_created_at, 7), count(*) from photos
  where deleted_at is null and status <> 'DUPLICATE'
  group by user_id, left(taken_or_created_at, 7);
$$;
--> statement-breakpoint
select rebuild_photo_months();
--> statement-breakpoint
update photo_search s set taken_or_created_at = p.taken_or_created_at from photos p where p.photo_id = s.photo_id;
--> statement-breakpoint
-- Not a part of index_photo(), so that a new searchable field does not have to repeat it. A photo's row is locked by
-- whoever writes its search row, so the two cannot differ.
create function copy_taken_or_created_at() returns trigger language plpgsql as $$
begin
  select taken_or_created_at into new.taken_or_created_at from photos where photo_id = new.photo_id;
  return new;
end $$;
--> statement-breakpoint
create trigger photo_search_time before insert or update on photo_search
  for each row execute function copy_taken_or_created_at();
--> statement-breakpoint
-- Also while rebuild_photo_search() runs with triggers disabled, as after a bulk load.
alter table photo_search enable always trigger photo_search_time;
