-- What the database itself must hold, whoever writes: an audit log that only grows, photo versions that always
-- do, and commands by nobody but users who are there and not disabled.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
--> statement-breakpoint
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();
--> statement-breakpoint
create function grow_version() returns trigger language plpgsql as $$
begin
  new.version := old.version + 1;
  return new;
end $$;
--> statement-breakpoint
create trigger photos_version before update on photos for each row execute function grow_version();
--> statement-breakpoint
-- The input of every statement that acts for a user. RP401 makes the whole statement void: see db/edge.ts.
create function acting_user(doc jsonb) returns jsonb language plpgsql as $$
begin
  if not exists (select from users where user_id = doc->>'userId' and status = 'ACTIVE') then
    raise exception 'the user is gone or disabled' using errcode = 'RP401';
  end if;
  return doc;
end $$;
