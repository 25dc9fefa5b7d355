-- Search that reads only the caller's photos, newest first, and stops when the page is full. The columns of the old
-- GIN index on (user, trigram) were independent, so it read the trigrams of every user, and each update of a photo
-- wrote all of them again. See docs/decisions/0023-search-by-blocks.md.

-- A text with every separator as two spaces: a word then begins with "  i" and " im", which are trigrams too. It maps
-- character by character, so that what is part of a text is part of its image. Separators are ASCII punctuation, line
-- breaks and the spaces that filenames have.
create function search_spaced(content text) returns text language sql immutable strict parallel safe
return replace(translate(content, E'\n\u00a0\u202f\u3000!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~', repeat(' ', 36)), ' ', '  ');
--> statement-breakpoint
-- 32 bits of a hash that PostgreSQL keeps stable, since hash partitions depend on it.
create function search_hash(token text) returns bigint language sql immutable strict parallel safe
return hashtextextended(token, 0) & 4294967295;
--> statement-breakpoint
-- The trigrams of a text, as hashes with `base` in the upper bits. A loop, because one query per photo costs more.
-- Names are qualified: since PostgreSQL 17 an index is built under an empty search_path.
create function search_trigrams(base bigint, content text) returns bigint[]
language plpgsql immutable strict parallel safe as $$
declare
  spaced text := public.search_spaced(content);
  trigrams bigint[] := '{}';
begin
  for place in 1..length(spaced) - 2 loop
    trigrams[place] := base | public.search_hash(substr(spaced, place, 3));
  end loop;
  return trigrams;
end $$;
--> statement-breakpoint
-- What the index holds of a photo: the trigrams of its document, its tags, its status, and the year and month in which
-- it was taken. The block in the upper bits scopes each of them to some 4,096 photos of one user.
create function search_tokens(block_id integer, document text, status text, taken_at text, tag_keys text[])
returns bigint[] language plpgsql immutable parallel safe as $$
declare
  base bigint := block_id::bigint << 32;
  tokens bigint[] := array[base | public.search_hash('status ' || status)];
  line text;
  tag_key text;
begin
  foreach line in array string_to_array(document, E'\n') loop
    -- Behind a separator: the line begins a word.
    tokens := tokens || public.search_trigrams(base, ' ' || line);
  end loop;
  foreach tag_key in array tag_keys loop
    tokens := tokens || (base | public.search_hash('tag ' || tag_key));
  end loop;
  if taken_at is not null then
    tokens := tokens || (base | public.search_hash('taken ' || left(taken_at, 4)))
      || (base | public.search_hash('taken ' || left(taken_at, 7)));
  end if;
  return tokens;
end $$;
--> statement-breakpoint
-- The text that searches look through, one line a field. A new searchable field becomes a line here.
create function search_document(filename text, exif_json jsonb, tag_keys text[]) returns text
language sql immutable parallel safe
return lower(normalize(
  concat_ws(E'\n', filename, exif_json->>'make', exif_json->>'model', array_to_string(tag_keys, E'\n'))));
--> statement-breakpoint
create function tag_keys_of(photo text) returns text[] language sql stable
return array(select tag_key from photo_tags where photo_id = photo order by tag_key);
--> statement-breakpoint
CREATE TABLE "photo_search" (
	"photo_id" text PRIMARY KEY NOT NULL,
	"block_id" integer NOT NULL,
	"status" text NOT NULL,
	"taken_at" text,
	"tag_keys" text[] NOT NULL,
	"document" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "search_blocks" (
	"block_id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "search_blocks_block_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"user_id" text NOT NULL,
	"first_photo_id" text NOT NULL,
	"photo_count" integer NOT NULL
);
--> statement-breakpoint
DROP INDEX "photos_search";--> statement-breakpoint
DROP INDEX "tags_search";--> statement-breakpoint
ALTER TABLE "photo_search" ADD CONSTRAINT "photo_search_photo_id_photos_photo_id_fk" FOREIGN KEY ("photo_id") REFERENCES "public"."photos"("photo_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "search_blocks" ADD CONSTRAINT "search_blocks_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "search_blocks_by_user" ON "search_blocks" USING btree ("user_id","first_photo_id");--> statement-breakpoint
ALTER TABLE "photos" DROP COLUMN "search_text";
--> statement-breakpoint
-- A user's newest block grows until it has 4,096 photos; the next one then begins with the ids of the minute after.
-- No photo has such an id yet, so none changes its block, whatever runs at the same time.
create function count_into_search_block() returns trigger language plpgsql as $$
declare
  milliseconds bigint;
  filled integer;
begin
  update search_blocks b set photo_count = b.photo_count + new.total_count
  where b.block_id = (
    select block_id from search_blocks where user_id = new.user_id order by first_photo_id desc limit 1)
  returning photo_count into filled;
  if not found then
    insert into search_blocks as b (user_id, first_photo_id, photo_count) values (new.user_id, '', new.total_count)
    on conflict (user_id, first_photo_id) do update set photo_count = b.photo_count + excluded.photo_count;
  elsif filled >= 4096 then
    milliseconds := extract(epoch from clock_timestamp() + interval '1 minute') * 1000;
    -- The time of a ULID: ten digits of Crockford's base 32 (https://github.com/ulid/spec).
    insert into search_blocks (user_id, first_photo_id, photo_count)
    select new.user_id, 'ph_' || string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ',
      ((milliseconds >> (45 - 5 * place)) % 32)::integer + 1, 1), '' order by place), 0
    from generate_series(0, 9) as place
    on conflict do nothing;
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger upload_jobs_search_block after insert on upload_jobs
  for each row execute function count_into_search_block();
--> statement-breakpoint
-- Photos enter the index when they end, not when they are created: a batch is created in one statement, which must
-- be fast, and until a photo ends its row changes several times. Searches read the few that have not ended by status.
create function index_photo() returns trigger language plpgsql as $$
declare
  keys text[];
begin
  if new.deleted_at is not null or new.status not in ('COMPLETED', 'FAILED', 'CANCELLED') then
    delete from photo_search where photo_id = new.photo_id;
    return null;
  end if;
  keys := tag_keys_of(new.photo_id);
  insert into photo_search (photo_id, block_id, status, taken_at, tag_keys, document)
  select new.photo_id, block_id, new.status, new.taken_at, keys,
    search_document(new.filename, new.exif_json, keys)
  from search_blocks where user_id = new.user_id and first_photo_id <= new.photo_id
  order by first_photo_id desc limit 1
  on conflict (photo_id) do update
    set status = excluded.status, taken_at = excluded.taken_at, tag_keys = excluded.tag_keys,
      document = excluded.document;
  return null;
end $$;
--> statement-breakpoint
create trigger photos_search_of_new after insert on photos
  for each row when (new.status in ('COMPLETED', 'FAILED', 'CANCELLED')) execute function index_photo();
--> statement-breakpoint
create trigger photos_search after update of status, deleted_at, filename, exif_json on photos
  for each row when (
    old.status in ('COMPLETED', 'FAILED', 'CANCELLED') or new.status in ('COMPLETED', 'FAILED', 'CANCELLED'))
  execute function index_photo();
--> statement-breakpoint
-- Once for each photo, however many tags it gets. The commands that tag lock the photo's row, as a completion does,
-- so that of both at the same instant the later sees the earlier.
create function index_tags() returns trigger language plpgsql as $$
begin
  update photo_search s
  set tag_keys = tagged.keys, document = search_document(p.filename, p.exif_json, tagged.keys)
  from (select photo_id, tag_keys_of(photo_id) as keys from (select distinct photo_id from changed) as c) as tagged
  join photos p using (photo_id)
  where s.photo_id = tagged.photo_id;
  return null;
end $$;
--> statement-breakpoint
create trigger photo_tags_search after insert on photo_tags
  referencing new table as changed for each statement execute function index_tags();
--> statement-breakpoint
create trigger photo_tags_search_of_removed after delete on photo_tags
  referencing old table as changed for each statement execute function index_tags();
--> statement-breakpoint
-- Writes blocks and documents of all photos anew: after a change of search_document(), or of rows without triggers.
create function rebuild_photo_search() returns void language sql as $$
  truncate photo_search, search_blocks;
  insert into search_blocks (user_id, first_photo_id, photo_count)
  select user_id, case when block = 0 then '' else min(photo_id) end, count(*)
  from (
    select user_id, photo_id, (row_number() over (partition by user_id order by photo_id) - 1) / 4096 as block
    from photos) as numbered
  group by user_id, block order by user_id, block;
  insert into photo_search (photo_id, block_id, status, taken_at, tag_keys, document)
  select p.photo_id, b.block_id, p.status, p.taken_at, keys, search_document(p.filename, p.exif_json, keys)
  from photos p
  cross join lateral (
    select block_id from search_blocks where user_id = p.user_id and first_photo_id <= p.photo_id
    order by first_photo_id desc limit 1) as b
  cross join lateral tag_keys_of(p.photo_id) as keys
  where p.deleted_at is null and p.status in ('COMPLETED', 'FAILED', 'CANCELLED')
  order by p.photo_id;
$$;
--> statement-breakpoint
select rebuild_photo_search();
--> statement-breakpoint
-- Behind the rows: built at once it takes a fraction of the time.
CREATE INDEX "photo_search_tokens" ON "photo_search" USING gin (search_tokens("block_id", "document", "status", "taken_at", "tag_keys")) WITH (fastupdate=false);
--> statement-breakpoint
-- Its statistics would cost every ANALYZE seconds, and no plan depends on them.
alter index photo_search_tokens alter column 1 set statistics 0;
--> statement-breakpoint
-- Only the old index needed them.
drop extension if exists btree_gin;
--> statement-breakpoint
drop extension if exists pg_trgm;
