-- Search over filenames, cameras and tags: trigrams, in one index with the user whose photos are searched.
create extension if not exists pg_trgm;
--> statement-breakpoint
create extension if not exists btree_gin;
