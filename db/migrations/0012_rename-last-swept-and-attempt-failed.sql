-- Plain names: `last_swept_at` says what the column holds, ATTEMPT_FAILED what happened.
ALTER TABLE "photos" RENAME COLUMN "looked_at" TO "last_swept_at";--> statement-breakpoint
UPDATE "photo_timeline" SET "kind" = 'ATTEMPT_FAILED' WHERE "kind" = 'ATTEMPT_BROKE_OFF';--> statement-breakpoint
-- A sweep that only visits a photo does not change it; entering a status restarts its time.
create or replace function grow_version() returns trigger language plpgsql as $$
begin
  if new.last_swept_at is distinct from old.last_swept_at and new.status = old.status then
    return new;
  end if;
  new.version := old.version + 1;
  if new.status <> old.status then
    new.status_since := now();
  end if;
  return new;
end $$;
