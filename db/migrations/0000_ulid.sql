-- Event ids are ULIDs (https://github.com/ulid/spec) made where events are written: inside the statement that
-- makes them true, which may write any number of them.
create function new_ulid() returns text language sql volatile as $$
  with random as (
    select replace(gen_random_uuid()::text, '-', '') as hex
  ), id as (
    -- 48 bits of milliseconds, then 80 random bits: a UUID's hex digits without those that hold its version.
    select B'00' || ('x'
      || lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
      || substr(hex, 1, 12) || substr(hex, 18, 8))::bit(128) as bits
    from random
  )
  select string_agg(
    substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', substring(bits from place * 5 + 1 for 5)::int + 1, 1),
    '' order by place)
  from id, generate_series(0, 25) as place
$$;
