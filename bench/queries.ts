import postgres from "postgres"
import * as z from "zod"
import { withInlineInput } from "../db/edge.ts"
import { type PhotosPage, selectPhotos } from "../edge/queries/list-photos/sql.ts"
import { type ListedQuery, listedQueries } from "./million-photos/listed-queries.ts"
import { startWithMillionPhotos } from "./million-photos/million-photos.ts"
import { percentile } from "./percentile.ts"

// Measures GET /queries/photos at a million photos: planning and execution of each statement by EXPLAIN ANALYZE, with the
// document inline, as the edge sends it. The baseline is an equivalent query with LIKE and an offset, newest first.

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
  console.log(
    "| user | query | photos | p50 ms | p95 ms | LIKE and offset, p50 ms |\n|---|---|---|---|---|---|",
  )
  const all: number[] = []
  for (const query of listedQueries) {
    const page = pageOf(query)
    const statement = selectPhotos(page)
    const text = withInlineInput(statement.text, page)
    const { photos } = statement.output.parse((await sql.unsafe(text))[0]?.result)
    const found = photos?.length ?? 0
    if (found > 0 !== query.finds)
      throw new Error(
        `${query.name} finds ${found} photos; expected ${query.finds ? "at least one" : "none"}`,
      )
    const times = await timesOf(repetitions, text)
    const baseline = await timesOf(baselineRepetitions, withInlineInput(baselineText, page))
    all.push(...times)
    console.log(
      `| ${query.user} | ${query.name} | ${found} | ${percentile(times, 0.5)} | ${percentile(times, 0.95)} | ${percentile(baseline, 0.5)} |`,
    )
  }
  const p95 = percentile(all, 0.95)
  console.log(`| all | all queries | | ${percentile(all, 0.5)} | **${p95}** (limit ${limitMs}) | |`)
  if (Number(p95) > limitMs) process.exitCode = 1
} finally {
  await sql.end()
  await server.stop()
}

function pageOf({ userId, cursor, page = 0, size = 50, ...filters }: ListedQuery): PhotosPage {
  return {
    userId,
    before: cursor ?? null,
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
