import { isTerminalPhoto, type PhotoStatus, photoStatuses } from "../../../domain/photo-status.ts"

/** What photos are searched by. */
export type PhotoFilters = {
  tagKey: string | null
  q: string | null
  status: PhotoStatus | null
  takenFrom: string | null
  takenTo: string | null
}

/** Whether a page needs the search index: one tag or one status alone has an index of its own. */
export const isSearch = ({ tagKey, q, status, takenFrom, takenTo }: PhotoFilters): boolean =>
  q !== null || takenFrom !== null || takenTo !== null || (tagKey !== null && status !== null)

/**
 * The ids of a page of photos that match every filter, newest first. Photos that have ended are in `photo_search`:
 * its index finds them block by block, and the search stops when the page is full. The few that have not ended are
 * read by status. See docs/decisions/0023-search-by-blocks.md.
 */
export const searchedPhotos = (filters: PhotoFilters): string => {
  const { status } = filters
  // A photo that has not ended has no EXIF yet.
  const hasRange = filters.takenFrom !== null || filters.takenTo !== null
  const unfinished = photoStatuses.filter(
    (each) => !isTerminalPhoto(each) && (status === null || status === each),
  )
  const parts = [
    ...(status === null || isTerminalPhoto(status) ? [endedPhotos(filters, hasRange)] : []),
    ...(hasRange ? [] : unfinished.map(photosUnderWay)),
  ]
  const found = parts.map((part) => `(${part})`).join(" union all ")
  return `
  with terms as (
    -- Read as the documents were written: see search_document() and search_spaced().
    select lower(normalize(term)) as term
    from string_to_table(translate($1::jsonb->>'q', E'\\t\\n\\r\\u00a0\\u202f\\u3000', '      '), ' ') as term
    where term <> ''
  ),
  wanted as materialized (
    select
      array(
        select '%' || ${escaped} || '%' from terms where length(term) >= ${minSubstring}) as substrings,
      array(select '% ' || ${escaped} || '%' from terms where length(term) < ${minSubstring}) as beginnings,
      array(
        (select distinct unnest(
            search_trigrams(0, case when length(term) >= ${minSubstring} then term else ' ' || term end)) as token
          from terms order by token limit ${maxTrigrams})
        union all select search_hash('tag ' || ($1::jsonb->>'tagKey')) where $1::jsonb->>'tagKey' is not null
        union all select search_hash('status ' || ($1::jsonb->>'status')) where $1::jsonb->>'status' is not null
      ) as tokens,
      ${hasRange ? monthsAndYears : "null::bigint[]"} as times
  )
  select photo_id from (${found || "select null::text as photo_id where false"}) as found
  order by photo_id desc offset ($1::jsonb->>'offset')::int limit ($1::jsonb->>'limit')::int`
}

/** From this many characters on a word is found anywhere, below only where a word begins: trigrams need three. */
const minSubstring = 3

/** Looked up in the index; hashes have no order, so of a long text these are any of its trigrams. */
const maxTrigrams = 24

const escaped = String.raw`regexp_replace(term, '([\\%_])', '\\\1', 'g')`

const before = "coalesce($1::jsonb->>'before', '~')"

const upToSlice = "limit ($1::jsonb->>'offset')::int + ($1::jsonb->>'limit')::int"

const matchesWords = (document: string) => `
  ${document} like all (wanted.substrings) and search_spaced(E'\\n' || ${document}) like all (wanted.beginnings)`

const endedPhotos = ({ tagKey, q, status }: PhotoFilters, hasRange: boolean) => {
  const tokens = "search_tokens(s.block_id, s.document, s.status, s.taken_at, s.tag_keys)"
  const inBlock = (hashes: string) =>
    `array(select block.block_id::bigint << 32 | hash from unnest(wanted.${hashes}) as hash)`
  const hasTokens = q !== null || tagKey !== null || status !== null
  return `
  select hit.photo_id from wanted,
    -- Fenced by offset 0: sorted before they are joined.
    (select block_id from search_blocks
      where user_id = $1::jsonb->>'userId' and first_photo_id < ${before}
      order by first_photo_id desc offset 0) as block,
    lateral (
      select photo_id from (
        select s.* from photo_search s
        where ${[
          ...(hasTokens ? [`${tokens} @> ${inBlock("tokens")}`] : []),
          ...(hasRange ? [`${tokens} && ${inBlock("times")}`] : []),
        ].join(" and ")}
        order by s.photo_id desc offset 0) as s
      -- The index holds hashes of parts of words, so each candidate is compared.
      where s.photo_id < ${before} and ${matchesWords("s.document")}
        and ($1::jsonb->>'tagKey' is null or $1::jsonb->>'tagKey' = any (s.tag_keys))
        and ($1::jsonb->>'status' is null or s.status = $1::jsonb->>'status')
        and ($1::jsonb->>'takenFrom' is null or s.taken_at >= $1::jsonb->>'takenFrom')
        and ($1::jsonb->>'takenTo' is null or s.taken_at <= $1::jsonb->>'takenTo')
    ) as hit
  ${upToSlice}`
}

const photosUnderWay = (status: PhotoStatus) => `
  select p.photo_id from wanted, photos p, search_document(p.filename, p.exif_json, tag_keys_of(p.photo_id)) as document
  where p.user_id = $1::jsonb->>'userId' and p.status = '${status}' and p.deleted_at is null and p.photo_id < ${before}
    and ${matchesWords("document")}
    and ($1::jsonb->>'tagKey' is null or $1::jsonb->>'tagKey' = any (tag_keys_of(p.photo_id)))
  order by p.photo_id desc ${upToSlice}`

// Ordered and limited: of min() and max() on a table without statistics the planner makes a scan.
const endOfTaken = (order: "asc" | "desc") => `
            select taken_at from photos
            where user_id = $1::jsonb->>'userId' and deleted_at is null and taken_at is not null
            order by taken_at ${order} limit 1`

// Years and, where the range begins or ends within a year, months. Clamped to what the user has, a range "until today"
// is a few tokens.
const monthsAndYears = `
      array(
        with bounds as (
          select greatest($1::jsonb->>'takenFrom', (${endOfTaken("asc")})) as first,
            least($1::jsonb->>'takenTo', (${endOfTaken("desc")})) as last
        ),
        edges as (
          select left(first, 7) as first_month, left(last, 7) as last_month, left(first, 4)::int as first_year,
            left(last, 4)::int as last_year
          from bounds where first <= last
        )
        select search_hash('taken ' || period) from edges, generate_series(first_year, last_year) as year,
          lateral (
            select lpad(year::text, 4, '0') as period
            where (year > first_year or right(first_month, 2) = '01') and (year < last_year or right(last_month, 2) = '12')
            union all
            select lpad(year::text, 4, '0') || '-' || lpad(month::text, 2, '0') from generate_series(1, 12) as month
            where not ((year > first_year or right(first_month, 2) = '01')
                and (year < last_year or right(last_month, 2) = '12'))
              and lpad(year::text, 4, '0') || '-' || lpad(month::text, 2, '0') between first_month and last_month
          ) as periods)`
