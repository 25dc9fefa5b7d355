import { isTerminalPhoto, type PhotoStatus, photoStatuses } from "../domain/photo-status.ts"

/** The filters of a photo search. */
export type PhotoFilters = {
  tagKey: string | null
  q: string | null
  status: PhotoStatus | null
  takenFrom: string | null
  takenTo: string | null
}

/** Whether a page needs the search index. A filter by one tag or by one status alone has its own index. */
export const isSearch = ({ tagKey, q, status, takenFrom, takenTo }: PhotoFilters): boolean =>
  q !== null || takenFrom !== null || takenTo !== null || (tagKey !== null && status !== null)

/**
 * The ids of a page of photos that match every filter, newest first. Finished photos are in `photo_search`: its index
 * finds them block by block, and the search stops when the page is full. The few unfinished photos are read by status,
 * and so are duplicates, which are found only if their status is given. See docs/decisions/0023-search-by-blocks.md.
 */
export const searchedPhotos = (filters: PhotoFilters): string => `
  with ${wantedOf(filters)}
  select photo_id from (${foundOf(filters, { isPage: true })}) as found
  order by photo_id desc offset ($1::jsonb->>'offset')::int limit ($1::jsonb->>'limit')::int`

/**
 * All photos that match every filter, with the time by which lists sort them, in no particular order. The cost grows
 * with the number of matches: about 3 ms for 1,000.
 *
 * Provides: rows of (photo_id, taken_or_created_at).
 */
export const matchingPhotos = (filters: PhotoFilters): string => `
  with ${wantedOf(filters)}
  ${foundOf(filters, { isPage: false })}`

/** The CTE `wanted`: what the words, the tag, the status and the range are in the index. */
export const wantedOf = (filters: PhotoFilters): string => `
  wanted as materialized (
    select words.substrings, words.beginnings,
      words.trigrams
        || array(select search_hash('tag ' || ($1::jsonb->>'tagKey')) where $1::jsonb->>'tagKey' is not null)
        || array(select search_hash('status ' || ($1::jsonb->>'status')) where $1::jsonb->>'status' is not null)
        as tokens,
      ${hasRange(filters) ? `search_periods(${boundOf("greatest", "takenFrom", "asc")}, ${boundOf("least", "takenTo", "desc")})` : "null::bigint[]"} as periods
    from search_words(coalesce($1::jsonb->>'q', '')) as words
  )`

const hasRange = ({ takenFrom, takenTo }: PhotoFilters) => takenFrom !== null || takenTo !== null

/** A page reads the newest matches up to its end only; otherwise all matches are read. */
type Extent = { isPage: boolean }

const foundOf = (filters: PhotoFilters, extent: Extent): string =>
  [finishedPhotos(filters, extent), unfinishedPhotos(filters, extent)]
    .filter((part) => part !== null)
    .map((part) => `(${part})`)
    .join(" union all ")

// The statuses of index_photo(). Duplicates are not indexed: that would slow down the creation of their job.
const isIndexed = (status: PhotoStatus): boolean => isTerminalPhoto(status) && status !== "DUPLICATE"

const before = "coalesce($1::jsonb->>'before', '~')"

const upToSlice = "limit ($1::jsonb->>'offset')::int + ($1::jsonb->>'limit')::int"

const matchesWords = (document: string) => `
  ${document} like all (wanted.substrings) and ${document} ~ all (wanted.beginnings)`

/** Whether a finished photo matches every filter. Requires: the CTE `wanted`, and a row of `photo_search` (s). */
export const matchesFilters = `${matchesWords("s.document")}
        and ($1::jsonb->>'tagKey' is null or $1::jsonb->>'tagKey' = any (s.tag_keys))
        and ($1::jsonb->>'status' is null or s.status = $1::jsonb->>'status')
        and ($1::jsonb->>'takenFrom' is null or s.taken_at >= $1::jsonb->>'takenFrom')
        and ($1::jsonb->>'takenTo' is null or s.taken_at <= $1::jsonb->>'takenTo')`

/**
 * The finished photos that match every filter.
 * Requires: the CTE `wanted`. Provides: rows of (photo_id, taken_or_created_at).
 */
export function finishedPhotos(filters: PhotoFilters, { isPage }: Extent): string {
  const { tagKey, q, status } = filters
  if (status !== null && !isIndexed(status))
    return "select null::text as photo_id, null::text as taken_or_created_at where false"
  const tokens = "search_tokens(s.block_id, s.document, s.status, s.taken_at, s.tag_keys)"
  const inBlock = (hashes: string) =>
    `array(select block.block_id::bigint << 32 | hash from unnest(wanted.${hashes}) as hash)`
  const hasTokens = q !== null || tagKey !== null || status !== null
  return `
  select hit.photo_id, hit.taken_or_created_at from wanted,
    -- "offset 0" keeps the planner from merging this subquery, so the blocks are sorted before the join.
    (select block_id from search_blocks
      where user_id = $1::jsonb->>'userId' ${isPage ? `and first_photo_id < ${before}` : ""}
      order by first_photo_id desc offset 0) as block,
    lateral (
      select photo_id, taken_or_created_at from (
        select s.* from photo_search s
        where ${[
          ...(hasTokens ? [`${tokens} @> ${inBlock("tokens")}`] : []),
          ...(hasRange(filters) ? [`${tokens} && ${inBlock("periods")}`] : []),
        ].join(" and ")}
        ${isPage ? "order by s.photo_id desc" : ""} offset 0) as s
      -- The index holds hashes of parts of words, so each candidate is compared.
      where s.block_id = block.block_id ${isPage ? `and s.photo_id < ${before}` : ""} and ${matchesFilters}
    ) as hit
  ${isPage ? upToSlice : ""}`
}

/**
 * The unfinished photos that match every filter, or the duplicates if their status is given; null when none can, because
 * they have no capture time.
 * Requires: the CTE `wanted`. Provides: rows of (photo_id, taken_or_created_at).
 */
export function unfinishedPhotos(filters: PhotoFilters, { isPage }: Extent): string | null {
  const statuses = photoStatuses.filter(
    (each) => !isIndexed(each) && (filters.status === null ? each !== "DUPLICATE" : filters.status === each),
  )
  if (hasRange(filters) || statuses.length === 0) return null
  // Ids of each status, in order. Only the index on user, status and id has these columns, so even a planner without
  // statistics uses it. With a limit the planner would scan all photos of the user for the unfinished ones.
  const idsOf = (status: PhotoStatus) => `
      (select photo_id from photos
        where user_id = $1::jsonb->>'userId' and status = '${status}' and deleted_at is null
          ${isPage ? `and photo_id < ${before}` : ""}
        order by photo_id desc offset 0)`
  return `
  select p.photo_id, p.taken_or_created_at
  from wanted, (${statuses.map(idsOf).join(" union all ")}) as unfinished join photos p using (photo_id),
    lateral (select array(
      select tag_key from photo_tags where photo_id = p.photo_id order by tag_key) as tag_keys offset 0) as tagged,
    lateral (select search_document(p, tagged.tag_keys) as document offset 0) as searchable
  where ${matchesWords("searchable.document")}
    and ($1::jsonb->>'tagKey' is null or $1::jsonb->>'tagKey' = any (tagged.tag_keys))
  ${isPage ? `order by p.photo_id desc ${upToSlice}` : ""}`
}

// Clamps an open range to the capture dates of the user's photos. Uses order and limit, because min() and max() of a
// table without statistics become a scan.
const boundOf = (combine: "greatest" | "least", filter: "takenFrom" | "takenTo", order: "asc" | "desc") => `
        ${combine}($1::jsonb->>'${filter}', (
          select taken_at from photos
          where user_id = $1::jsonb->>'userId' and deleted_at is null and taken_at is not null
          order by taken_at ${order} limit 1))`
