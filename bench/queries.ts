import postgres from "postgres"
import * as z from "zod"
import { withInlineInput } from "../db/edge.ts"
import type { PhotoFilters } from "../db/photo-search-sql.ts"
import type { Statement } from "../db/statement.ts"
import { selectPhotoMonths } from "../edge/queries/list-photo-months/sql.ts"
import { type PhotosPage, selectPhotos } from "../edge/queries/list-photos/sql.ts"
import { selectStoredHashes } from "../edge/queries/verify-hashes/sql.ts"
import { type ListedQuery, listedQueries } from "./million-photos/listed-queries.ts"
import { largestUser, startWithMillionPhotos } from "./million-photos/million-photos.ts"
import { percentile } from "./percentile.ts"

// Measures the queries over a user's photos at a million photos: planning and execution of each statement by EXPLAIN
// ANALYZE, with the document inline, as the edge sends it. The baseline of GET /queries/photos is an equivalent query with
// LIKE and an offset, newest first.

const planTimes = z.object({ "Planning Time": z.number(), "Execution Time": z.number() })
const repetitions = 20
const baselineRepetitions = 3
const limitMs = 5

const argument = (name: keyof PhotosPage) => `($1::jsonb->>'${name}')`
const words = `lower(p.filename || ' ' || coalesce(p.exif_json->>'make', '') || ' ' || coalesce(p.exif_json->>'model', ''))`
const baselineText = `
  select p.* from photos p
  where p.user_id = ${argument("userId")} and p.deleted_at is null
    and p.photo_id < coalesce(${argument("before")}, '~')
    and (${argument("q")} is null
      or ${words} like all (array(select '%' || word || '%' from string_to_table(lower(${argument("q")}), ' ') as word)))
    and (${argument("status")} is null or p.status = ${argument("status")})
    and (${argument("takenFrom")} is null or p.taken_at >= ${argument("takenFrom")})
    and (${argument("takenTo")} is null or p.taken_at <= ${argument("takenTo")})
    and (${argument("tagKey")} is null or exists (
      select from photo_tags pt where pt.photo_id = p.photo_id and pt.tag_key = ${argument("tagKey")}))
  order by p.photo_id desc offset ${argument("offset")}::int limit ${argument("limit")}::int`

const server = await startWithMillionPhotos()
const sql = postgres(server.url, { max: 1, fetch_types: false })
try {
  await measureLists()
  await measureListsByTime()
  await measureMonths()
  await measureHashes()
} finally {
  await sql.end()
  await server.stop()
}

async function measureLists(): Promise<void> {
  console.log("| user | GET /queries/photos | photos | p50 ms | p95 ms | LIKE and offset, p50 ms |")
  console.log("|---|---|---|---|---|---|")
  const all: number[] = []
  for (const query of listedQueries) {
    const page = pageOf(query)
    const found = await countOf(query, selectPhotos(page), page)
    const times = await timesOf(repetitions, withInlineInput(selectPhotos(page).text, page))
    const baseline = await timesOf(baselineRepetitions, withInlineInput(baselineText, page))
    all.push(...times)
    console.log(
      `| ${query.user} | ${query.name} | ${found} | ${percentile(times, 0.5)} | ${percentile(times, 0.95)} | ${percentile(baseline, 0.5)} |`,
    )
  }
  printTotal(all, "all queries", "|")
}

async function measureListsByTime(): Promise<void> {
  console.log("\n| user | GET /queries/photos?sort=taken | photos | p50 ms | p95 ms |\n|---|---|---|---|---|")
  const times = { indexed: [] as number[], searched: [] as number[] }
  for (const query of listedQueries) {
    const page: PhotosPage = { ...pageOf(query), sort: "taken", beforeTime: await timeOf(query.cursor) }
    const found = await countOf(query, selectPhotos(page), page)
    times[isIndexed(page) ? "indexed" : "searched"].push(
      ...(await measured(query, found, selectPhotos(page), page)),
    )
  }
  printTotal(times.indexed, "all photos and ranges of time")
  printTotal(times.searched, "words, tags and status", "", null)
}

async function measureMonths(): Promise<void> {
  console.log("\n| user | GET /queries/photos/months | months | p50 ms | p95 ms |\n|---|---|---|---|---|")
  const times = { stored: [] as number[], counted: [] as number[] }
  for (const query of listedQueries.filter(
    ({ cursor, page }) => cursor === undefined && page === undefined,
  )) {
    const filters = pageOf(query)
    const statement = selectPhotoMonths(filters)
    const months = statement.output.parse(
      (await sql.unsafe(withInlineInput(statement.text, filters)))[0]?.result,
    )
    if (months.length > 0 !== query.finds) throw new Error(`${query.name} has ${months.length} months`)
    const isStored = isIndexed(filters) && filters.takenFrom === null && filters.takenTo === null
    times[isStored ? "stored" : "counted"].push(...(await measured(query, months.length, statement, filters)))
  }
  printTotal(times.stored, "without filters")
  printTotal(times.counted, "with filters", "", null)
}

/** POST /queries/verify with a thousand hashes, of which the user has stored half. */
async function measureHashes(): Promise<void> {
  const rows = await sql`
    select checksum from photos where user_id = ${largestUser} and status = 'COMPLETED' and deleted_at is null
    order by md5(photo_id) limit 500`
  const sha256 = rows.flatMap(({ checksum }, place) => [checksum, String(place).padStart(64, "0")])
  const text = withInlineInput(selectStoredHashes.text, { userId: largestUser, sha256 })
  const items = selectStoredHashes.output.parse((await sql.unsafe(text))[0]?.result)
  const found = items.filter(({ isStored }) => isStored).length
  if (found !== 500) throw new Error(`${found} hashes are stored; expected 500`)
  console.log("\n| user | POST /queries/verify | stored | p50 ms | p95 ms |\n|---|---|---|---|---|")
  printTotal(await timesOf(repetitions, text), `1,000 hashes, ${found} of them stored`)
}

function isIndexed({ tagKey, q, status }: PhotoFilters): boolean {
  return tagKey === null && q === null && status === null
}

async function measured<Input>(
  query: ListedQuery,
  found: number,
  statement: Statement<Input, unknown>,
  input: Input,
): Promise<number[]> {
  const times = await timesOf(repetitions, withInlineInput(statement.text, input))
  console.log(
    `| ${query.user} | ${query.name} | ${found} | ${percentile(times, 0.5)} | ${percentile(times, 0.95)} |`,
  )
  return times
}

async function countOf(
  query: ListedQuery,
  statement: ReturnType<typeof selectPhotos>,
  page: PhotosPage,
): Promise<number> {
  const [row] = await sql.unsafe(withInlineInput(statement.text, page))
  const found = statement.output.parse(row?.result).photos?.length ?? 0
  if (found > 0 !== query.finds)
    throw new Error(`${query.name} finds ${found} photos; expected ${query.finds ? "at least one" : "none"}`)
  return found
}

function printTotal(
  times: readonly number[],
  name: string,
  lastCell = "",
  limit: number | null = limitMs,
): void {
  const p95 = percentile(times, 0.95)
  const bound = limit === null ? "" : ` (limit ${limit})`
  console.log(`| all | ${name} | | ${percentile(times, 0.5)} | **${p95}**${bound} |${lastCell}`)
  if (limit !== null && Number(p95) > limit) process.exitCode = 1
}

/** The time by which a photo is sorted. */
async function timeOf(photoId: string | undefined): Promise<string | null> {
  const [row] = await sql`select taken_or_created_at from photos where photo_id = ${photoId ?? ""}`
  return row?.taken_or_created_at ?? null
}

function pageOf({ userId, cursor, page = 0, size = 50, ...filters }: ListedQuery): PhotosPage {
  return {
    userId,
    jobId: null,
    sort: "uploaded",
    before: cursor ?? null,
    beforeTime: null,
    offset: page * size,
    limit: size + 1,
    tagKey: filters.tag ?? null,
    q: filters.q ?? null,
    status: filters.status ?? null,
    takenFrom: filters.takenFrom ?? null,
    takenTo: filters.takenTo ?? null,
    knownTags: [],
  }
}

async function timesOf(count: number, text: string): Promise<number[]> {
  const times: number[] = []
  for (let repetition = 0; repetition < count; repetition += 1) {
    const [row] = await sql.unsafe(`explain (analyze, timing off, format json) ${text}`)
    const [plan] = z.tuple([planTimes]).parse(row?.["QUERY PLAN"])
    times.push(plan["Planning Time"] + plan["Execution Time"])
  }
  return times
}
