import {
  finishedPhotos,
  matchesFilters,
  type PhotoFilters,
  unfinishedPhotos,
  wantedOf,
} from "./photo-search-sql.ts"

/**
 * How many of the newest photos a query checks before it reads and sorts all matches. Enough to fill a page if every
 * fifth photo matches. Checking a photo takes as long as reading seven matches.
 */
const maxWalked = 300

const isBefore = (photo: string) => `
  (${photo}.taken_or_created_at, ${photo}.photo_id)
    < (coalesce($1::jsonb->>'beforeTime', '~'), coalesce($1::jsonb->>'before', '~'))`

const needed = "(($1::jsonb->>'offset')::int + ($1::jsonb->>'limit')::int)"

/** The ids of a page of all photos of the user by time of capture, newest first. */
export const photosByTime = `
  select p.photo_id from photos p
  where p.user_id = $1::jsonb->>'userId' and p.deleted_at is null and p.status <> 'DUPLICATE' and ${isBefore("p")}
  order by p.taken_or_created_at desc, p.photo_id desc
  offset ($1::jsonb->>'offset')::int limit ($1::jsonb->>'limit')::int`

/** Like `photosByTime`, but only photos with a capture time in the range of the filters. */
export const photosOfRangeByTime = `
  select p.photo_id from photos p
  where p.user_id = $1::jsonb->>'userId' and p.deleted_at is null
    and p.taken_at >= coalesce($1::jsonb->>'takenFrom', '')
    -- The scan of the index starts here, not at the row comparison.
    and p.taken_at <= least(coalesce($1::jsonb->>'takenTo', '~'), coalesce($1::jsonb->>'beforeTime', '~'))
    and (p.taken_at, p.photo_id)
      < (coalesce($1::jsonb->>'beforeTime', '~'), coalesce($1::jsonb->>'before', '~'))
  order by p.taken_at desc, p.photo_id desc
  offset ($1::jsonb->>'offset')::int limit ($1::jsonb->>'limit')::int`

/**
 * Like `photosByTime`, but only photos that match every filter. The search index is in the order of upload. Therefore the
 * query first checks the newest photos one by one. If these do not fill the page, it reads and sorts all matches.
 */
export const searchedPhotosByTime = (filters: PhotoFilters): string => {
  const ended = finishedPhotos(filters, { isPage: false })
  const unfinished = unfinishedPhotos(filters, { isPage: false })
  return `
  with ${wantedOf(filters)},
  walked as materialized (
    select s.photo_id, s.taken_or_created_at from wanted,
      -- The limit is an optimization fence, so that the rows are read in the order of the index.
      (select photo_id from photos p
        where p.user_id = $1::jsonb->>'userId' and p.deleted_at is null and p.status <> 'DUPLICATE'
          and ${isBefore("p")}
        order by p.taken_or_created_at desc, p.photo_id desc limit ${maxWalked}) as newest
      join photo_search s using (photo_id)
    where ${matchesFilters}
    order by s.taken_or_created_at desc, s.photo_id desc limit ${needed}
  )
  select photo_id from (
    select * from walked where (select count(*) from walked) = ${needed}
    union all
    select * from (${ended}) as found where (select count(*) from walked) < ${needed}
    ${unfinished === null ? "" : `union all ${unfinished}`}) as found
  where ${isBefore("found")}
  order by taken_or_created_at desc, photo_id desc
  offset ($1::jsonb->>'offset')::int limit ($1::jsonb->>'limit')::int`
}
