import { isTerminalPhoto, type PhotoStatus, photoStatuses } from "../../../domain/photo-status.ts"

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
 * finds them block by block, and the search stops when the page is full. The few unfinished photos are read by status.
 * See docs/decisions/0023-search-by-blocks.md.
 */
export const searchedPhotos = (filters: PhotoFilters): string => {
  const { status } = filters
  // An unfinished photo has no EXIF yet.
  const hasRange = filters.takenFrom !== null || filters.takenTo !== null
  const unfinished = photoStatuses.filter(
    (each) => !isTerminalPhoto(each) && (status === null || status === each),
  )
  const parts = [
    ...(status === null || isTerminalPhoto(status) ? [finishedPhotos(filters, hasRange)] : []),
    ...(hasRange || unfinished.length === 0 ? [] : [unfinishedPhotos(unfinished)]),
  ]
  const found = parts.map((part) => `(${part})`).join(" union all ")
  return `
  with wanted as materialized (
    select words.substrings, words.beginnings,
      words.trigrams
        || array(select search_hash('tag ' || ($1::jsonb->>'tagKey')) where $1::jsonb->>'tagKey' is not null)
        || array(select search_hash('status ' || ($1::jsonb->>'status')) where $1::jsonb->>'status' is not null)
        as tokens,
      ${hasRange ? `search_periods(${boundOf("greatest", "takenFrom", "asc")}, ${boundOf("least", "takenTo", "desc")})` : "null::bigint[]"} as periods
    from search_words(coalesce($1::jsonb->>'q', '')) as words
  )
  select photo_id from (${found || "select null::text as photo_id where false"}) as found
  order by photo_id desc offset ($1::jsonb->>'offset')::int limit ($1::jsonb->>'limit')::int`
}

const before = "coalesce($1::jsonb->>'before', '~')"

const upToSlice = "limit ($1::jsonb->>'offset')::int + ($1::jsonb->>'limit')::int"

const matchesWords = (document: string) => `
  ${document} like all (wanted.substrings) and ${document} ~ all (wanted.beginnings)`

const finishedPhotos = ({ tagKey, q, status }: PhotoFilters, hasRange: boolean) => {
  const tokens = "search_tokens(s.block_id, s.document, s.status, s.taken_at, s.tag_keys)"
  const inBlock = (hashes: string) =>
    `array(select block.block_id::bigint << 32 | hash from unnest(wanted.${hashes}) as hash)`
  const hasTokens = q !== null || tagKey !== null || status !== null
  return `
  select hit.photo_id from wanted,
    -- "offset 0" keeps the planner from merging this subquery, so the blocks are sorted before the join.
    (select block_id from search_blocks
      where user_id = $1::jsonb->>'userId' and first_photo_id < ${before}
      order by first_photo_id desc offset 0) as block,
    lateral (
      select photo_id from (
        select s.* from photo_search s
        where ${[
          ...(hasTokens ? [`${tokens} @> ${inBlock("tokens")}`] : []),
          ...(hasRange ? [`${tokens} && ${inBlock("periods")}`] : []),
        ].join(" and ")}
        order by s.photo_id desc offset 0) as s
      -- The index holds hashes of parts of words, so each candidate is compared.
      where s.block_id = block.block_id and s.photo_id < ${before} and ${matchesWords("s.document")}
        and ($1::jsonb->>'tagKey' is null or $1::jsonb->>'tagKey' = any (s.tag_keys))
        and ($1::jsonb->>'status' is null or s.status = $1::jsonb->>'status')
        and ($1::jsonb->>'takenFrom' is null or s.taken_at >= $1::jsonb->>'takenFrom')
        and ($1::jsonb->>'takenTo' is null or s.taken_at <= $1::jsonb->>'takenTo')
    ) as hit
  ${upToSlice}`
}

// Ids of each status, in order. Only the index on user, status and id has these columns, so even a planner without
// statistics uses it. With a limit the planner would scan all photos of the user for the unfinished ones.
const unfinishedPhotos = (statuses: readonly PhotoStatus[]) => {
  const idsOf = (status: PhotoStatus) => `
      (select photo_id from photos
        where user_id = $1::jsonb->>'userId' and status = '${status}' and deleted_at is null and photo_id < ${before}
        order by photo_id desc offset 0)`
  return `
  select p.photo_id
  from wanted, (${statuses.map(idsOf).join(" union all ")}) as unfinished join photos p using (photo_id),
    lateral (select array(
      select tag_key from photo_tags where photo_id = p.photo_id order by tag_key) as tag_keys offset 0) as tagged,
    lateral (select search_document(p.filename, p.exif_json, tagged.tag_keys) as document offset 0) as searchable
  where ${matchesWords("searchable.document")}
    and ($1::jsonb->>'tagKey' is null or $1::jsonb->>'tagKey' = any (tagged.tag_keys))
  order by p.photo_id desc ${upToSlice}`
}

// Clamps an open range to the capture dates of the user's photos. Uses order and limit, because min() and max() of a
// table without statistics become a scan.
const boundOf = (combine: "greatest" | "least", filter: "takenFrom" | "takenTo", order: "asc" | "desc") => `
        ${combine}($1::jsonb->>'${filter}', (
          select taken_at from photos
          where user_id = $1::jsonb->>'userId' and deleted_at is null and taken_at is not null
          order by taken_at ${order} limit 1))`
