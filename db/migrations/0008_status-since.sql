-- A look of the sweep is no change of the photo; a new status begins its time.
create or replace function grow_version() returns trigger language plpgsql as $$
begin
  if new.looked_at is distinct from old.looked_at and new.status = old.status then
    return new;
  end if;
  new.version := old.version + 1;
  if new.status <> old.status then
    new.status_since := now();
  end if;
  return new;
end $$;
