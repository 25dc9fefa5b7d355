-- A million photos of 1,000 users: the first user has 100,000, nine have 20,000, the others about 730 each. Their jobs of
-- 100 photos are consecutive in time, as real uploads are. A third of the photos is from a camera that names files DSC_…,
-- the rest from phones. Every 40th job is a holiday, every 23rd has random names.
create unlogged table seeded_jobs as
select j, case when j % 100 < 10 then 0 when j % 100 < 28 then (j / 100 + j) % 9 + 1 else 10 + (j * 7919) % 990 end as u
from generate_series(0, 9999) as j;

insert into users (user_id, email, password_hash)
select 'usr_0' || lpad(u::text, 25, '0'), u || '@example.com', 'none' from generate_series(0, 999) as u;

insert into upload_jobs (job_id, user_id, total_count, completed_count, status)
select 'job_0' || lpad(j::text, 25, '0'), 'usr_0' || lpad(u::text, 25, '0'), 100, 100, 'COMPLETED' from seeded_jobs;

insert into photos (photo_id, job_id, user_id, filename, mime_type, bytes, s3_key, status, failure_reason, exif_json,
  thumbnails, checksum, etag, width, height, created_at, completed_at, traceparent, deleted_at)
select 'ph_0' || lpad(n::text, 25, '0'), 'job_0' || lpad((n / 100)::text, 25, '0'), user_id,
  case
    when job_hash % 40 = 0
      then 'holiday-' || (array['sardinia', 'norway', 'lisbon', 'kyoto'])[1 + job_hash / 40 % 4]
        || '-' || lpad((n % 100)::text, 3, '0') || '.jpg'
    when job_hash % 23 = 0 then upper(md5(n::text)::uuid::text) || '.jpg'
    when job_hash % 17 = 0 then 'IMG-' || to_char(taken, 'YYYYMMDD') || '-WA' || lpad((n % 100)::text, 4, '0') || '.jpg'
    when job_hash % 37 = 0 then 'Screenshot ' || to_char(taken, 'YYYY-MM-DD "at" HH24.MI.SS') || '.png'
    when n < 300000 then 'DSC_' || lpad((n / 10 % 100000)::text, 5, '0') || '.JPG'
    when job_hash % 11 = 0 then 'PXL_' || to_char(taken, 'YYYYMMDD_HH24MISSMS') || '.jpg'
    else 'IMG_' || lpad((n / 10 % 100000)::text, 5, '0') || '.HEIC'
  end,
  'image/jpeg', 2500000 + n % 1000000, 'bench/' || user_id || '/' || n || '/original', status,
  case when status = 'FAILED' then 'CORRUPT' end,
  case when status = 'COMPLETED' then jsonb_build_object(
    'make', case when n < 300000 then 'Canon' else 'Apple' end,
    'model', case when n < 300000 then 'Canon EOS R' || job_hash % 8
      else 'iPhone ' || 11 + job_hash % 6 || case when job_hash % 3 = 0 then ' Pro' else '' end end,
    'dateTimeOriginal', to_char(taken, 'YYYY-MM-DD"T"HH24:MI:SS'), 'iso', 100, 'fNumber', 2.8, 'exposureTime', 0.01,
    'focalLength', 35, 'lensModel', 'RF 24-105mm F4 L IS USM', 'latitude', 47.3, 'longitude', 8.5, 'orientation', 1) end,
  case when status = 'COMPLETED' then jsonb_build_array(
    jsonb_build_object('variant', 1024, 'width', 1024, 'height', 768, 'bytes', 90000),
    jsonb_build_object('variant', 256, 'width', 256, 'height', 192, 'bytes', 9000)) end,
  case when status = 'COMPLETED' then md5(n::text) || md5(n::text || 'x') end, md5(n::text), 4032, 3024,
  created, created, '00-' || md5(n::text) || '-0123456789abcdef-01', case when n % 50 = 7 then created end
from (
  select n, 'usr_0' || lpad(u::text, 25, '0') as user_id, n / 100 * 31 + u as job_hash,
    timestamp '2012-01-01' + n * interval '7 minutes' as created,
    -- Every twentieth photo is a scan of an old picture.
    timestamp '2012-01-01' + n * interval '7 minutes'
      - case when n % 20 = 3 then n % 3000 * interval '1 day' else interval '0' end as taken,
    case when n % 70 = 3 then 'FAILED' when n % 100 = 5 then 'CANCELLED'
      when n > 980000 and n % 30 = 0 then 'UPLOADING' else 'COMPLETED' end as status
  from generate_series(0, 999999) as n join seeded_jobs on j = n / 100) as seeded;

insert into tags (user_id, tag_key, label)
select user_id, tag, initcap(tag) from users, unnest(array['summer', 'family', 'kids', 'work', 'sea', 'mountain',
  'friends', 'food', 'cat', 'dog', 'wedding', 'birthday', 'garden', 'bike', 'snow', 'portrait of grandma']) as tag;

insert into photo_tags (photo_id, user_id, tag_key)
select photo_id, user_id, tag
from (select photo_id, user_id, right(photo_id, 4)::int as n from photos where status = 'COMPLETED') as photo,
  unnest(array['summer', 'family', 'kids', 'work', 'sea', 'mountain', 'friends', 'food', 'cat', 'dog', 'wedding',
    'birthday', 'garden', 'bike', 'snow', 'portrait of grandma']) with ordinality as tag (tag, place)
where n / 10 % (place * 3 + 2) = 0;

drop table seeded_jobs;

-- The rows that the disabled triggers would have written.
select rebuild_photo_search();
select rebuild_photo_months();
