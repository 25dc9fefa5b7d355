-- A range that is open at its start begins with the user's first capture time, and a user may have none.
create or replace function search_periods(first_taken text, last_taken text) returns bigint[]
language plpgsql immutable parallel safe as $$
declare
  first_year integer := left(first_taken, 4);
  last_year integer := left(last_taken, 4);
  first_month integer;
  last_month integer;
  periods bigint[] := '{}';
begin
  if first_year is null then
    return periods;
  end if;
  for year in first_year..coalesce(last_year, first_year - 1) loop
    first_month := case when year = first_year then substr(first_taken, 6, 2)::integer else 1 end;
    last_month := case when year = last_year then substr(last_taken, 6, 2)::integer else 12 end;
    if first_month = 1 and last_month = 12 then
      periods := periods || search_hash('taken ' || lpad(year::text, 4, '0'));
    else
      for month in first_month..last_month loop
        periods := periods || search_hash('taken ' || lpad(year::text, 4, '0') || '-' || lpad(month::text, 2, '0'));
      end loop;
    end if;
  end loop;
  return periods;
end $$;
