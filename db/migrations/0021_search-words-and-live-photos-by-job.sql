-- What a search looks for is computed by functions, whose plans a connection keeps: as a part of the statement, which
-- is planned anew each time, it cost more than the search. And an index of the rows that a status poll reads.

-- The words of a query. Words of three or more characters are found anywhere in a field, shorter ones where a word
-- begins: `substrings` for LIKE, `beginnings` as regular expressions, and the trigrams that both have in the index.
create function search_words(query text, out substrings text[], out beginnings text[], out trigrams bigint[])
language plpgsql immutable strict parallel safe as $$
declare
  word text;
begin
  substrings := '{}';
  beginnings := '{}';
  trigrams := '{}';
  foreach word in array
    string_to_array(translate(lower(normalize(query)), E'\t\n\r\u00a0\u202f\u3000', repeat(' ', 6)), ' ')
  loop
    if length(word) >= 3 then
      substrings := substrings || ('%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%');
      trigrams := trigrams || search_trigrams(0, word);
    elsif word <> '' then
      -- The separators of search_spaced().
      beginnings := beginnings || (E'(^|[\n\u00a0\u202f\u3000 !-/:-@[-`{-~])' ||
        regexp_replace(word, '([^[:alnum:]])', '\\\1', 'g'));
      trigrams := trigrams || search_trigrams(0, ' ' || word);
    end if;
  end loop;
  -- Of a long text a choice of trigrams: the candidates are compared with the words anyway.
  trigrams := array(select distinct trigram from unnest(trigrams) as trigram order by trigram limit 24);
end $$;
--> statement-breakpoint
-- The tokens of the years between two local times, and of months where the range begins or ends within a year.
create function search_periods(first_taken text, last_taken text) returns bigint[]
language plpgsql immutable parallel safe as $$
declare
  first_year integer := left(first_taken, 4);
  last_year integer := left(last_taken, 4);
  first_month integer;
  last_month integer;
  periods bigint[] := '{}';
begin
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
--> statement-breakpoint
CREATE INDEX "photos_live_by_job" ON "photos" USING btree ("job_id","photo_id") WHERE "photos"."deleted_at" is null;
