import type postgres from "postgres"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import * as z from "zod"
import type { JobId, PhotoId, UserId } from "../domain/ids.ts"
import { newId } from "../edge/new-id.ts"
import { selectAccount } from "../edge/queries/get-account/sql.ts"
import { selectDownload } from "../edge/queries/get-download-url/sql.ts"
import { selectPhoto } from "../edge/queries/get-photo/sql.ts"
import { selectPhotoTimeline } from "../edge/queries/get-photo-timeline/sql.ts"
import { selectReceipt } from "../edge/queries/get-receipt/sql.ts"
import { selectUploadJob } from "../edge/queries/get-upload-job/sql.ts"
import { selectPhotoMonths } from "../edge/queries/list-photo-months/sql.ts"
import { type PhotosPage, selectPhotos } from "../edge/queries/list-photos/sql.ts"
import { selectUploadJobs } from "../edge/queries/list-upload-jobs/sql.ts"
import { selectStoredHashes } from "../edge/queries/verify-hashes/sql.ts"
import { withInlineInput } from "./edge.ts"
import type { Statement } from "./statement.ts"
import { createOwnDatabase, type OwnDatabase } from "./testing/own-database.ts"

// Checks the plans of the edge's queries when one user has 90,000 of 100,000 photos.

const photoCount = 100_000
const photosPerJob = 100

const userId: UserId = newId.user()
const otherUserId: UserId = newId.user()
let database: OwnDatabase
let sql: postgres.Sql
let jobId: JobId
let photoId: PhotoId
let deepId: PhotoId
beforeAll(async () => {
  database = await createOwnDatabase(inject("environment").databaseUrl)
  sql = database.sql
  await seed()
}, 120_000)
afterAll(() => database?.drop())

const id = (prefix: string, number: string) => `'${prefix}_0' || lpad((${number})::text, 25, '0')`

// Inserts rows without triggers and without statistics, as a restored dump does before it is analysed.
const seed = async () => {
  for (const user of [userId, otherUserId])
    await sql`insert into users (user_id, email, password_hash) values (${user}, ${`${user}@example.com`}, 'none')`
  for (const table of [
    "upload_jobs",
    "photos",
    "photo_tags",
    "photo_timeline",
    "photo_search",
    "search_blocks",
    "photo_months",
  ])
    await sql`alter table ${sql(table)} set (autovacuum_enabled = false)`
  await sql.unsafe(`
    set session_replication_role = replica;
    insert into upload_jobs (job_id, user_id, status, total_count)
    select ${id("job", "n")}, case when n % 10 = 0 then '${otherUserId}' else '${userId}' end, 'COMPLETED', ${photosPerJob}
    from generate_series(0, ${photoCount / photosPerJob}) n;
    insert into photos
      (photo_id, job_id, user_id, filename, mime_type, bytes, s3_key, status, exif_json, checksum, deleted_at)
    select ${id("ph", "n")}, ${id("job", `n / ${photosPerJob}`)},
      case when n / ${photosPerJob} % 10 = 0 then '${otherUserId}' else '${userId}' end,
      case when n % 1000 = 107 then 'holiday-' else 'IMG_' end || n || '.jpg', 'image/jpeg', 1000, n::text,
      case when n % 5000 = 3 then 'UPLOADING' when n % 50 = 5 then 'CANCELLED' else 'COMPLETED' end,
      jsonb_build_object('make', 'Apple', 'model', 'iPhone ' || n % 16,
        'dateTimeOriginal', to_char(timestamp '2020-01-01' + n * interval '20 minutes', 'YYYY-MM-DD"T"HH24:MI:SS')),
      md5(n::text), case when n % 100 = 99 then now() end
    from generate_series(0, ${photoCount}) n;
    insert into tags (user_id, tag_key, label)
    select u, 'tag ' || n, 'Tag ' || n from generate_series(0, 5000) n, unnest(array['${userId}', '${otherUserId}']) u;
    insert into photo_tags (photo_id, user_id, tag_key)
    select photo_id, user_id, 'tag ' || right(photo_id, 2)::int % 20 from photos where right(photo_id, 1) < '5';
    insert into photo_timeline (photo_id, kind) select photo_id, 'PROCESSING' from photos;
    reset session_replication_role;`)
  const [index] = await sql`select pg_get_indexdef('photo_search_tokens'::regclass) as definition`
  // Creating the index after filling the table is much faster.
  await sql.unsafe(`
    drop index photo_search_tokens;
    select rebuild_photo_search();
    select rebuild_photo_months();
    ${index?.definition};
    -- Blocks of other users, which these plans must not read.
    set session_replication_role = replica;
    insert into search_blocks (user_id, first_photo_id, photo_count)
    select 'usr_' || n, '', 0 from generate_series(1, 20000) n;
    insert into photo_months (user_id, month, photo_count) select 'usr_' || n, '2020-01', 1 from generate_series(1, 20000) n;
    reset session_replication_role;`)
  const [middle] = await sql`select photo_id, job_id from photos where filename = 'IMG_50550.jpg'`
  photoId = middle?.photo_id
  jobId = middle?.job_id
  const [deep] = await sql`select photo_id from photos where filename = 'IMG_250.jpg'`
  deepId = deep?.photo_id
}

const planNode = z.looseObject({
  "Node Type": z.string(),
  "Relation Name": z.string().optional(),
  "Actual Rows": z.number().optional(),
  "Actual Loops": z.number().optional(),
  "Shared Hit Blocks": z.number().optional(),
  "Shared Read Blocks": z.number().optional(),
  get Plans() {
    return z.array(planNode).optional()
  },
})
type PlanNode = z.infer<typeof planNode>
const explained = z.tuple([z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: planNode })]) })])

const planOf = async <Input>(statement: Statement<Input, unknown>, input: Input): Promise<PlanNode> => {
  const text = withInlineInput(statement.text, input)
  const result = await sql.unsafe(`explain (analyze, buffers, format json) ${text}`)
  return explained.parse([...result])[0]["QUERY PLAN"][0].Plan
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

/** Returns how many rows of a table a plan's nodes returned. */
const rowsRead = (plan: PlanNode, table: string): number =>
  nodesOf(plan)
    .filter((node) => node["Relation Name"] === table)
    .reduce((rows, node) => rows + (node["Actual Rows"] ?? 0) * (node["Actual Loops"] ?? 0), 0)

const blocksOf = (plan: PlanNode) => (plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0)

const expectNoTableScan = async <Input>(statement: Statement<Input, unknown>, input: Input) => {
  const plan = await planOf(statement, input)
  const scans = nodesOf(plan).filter((node) => node["Node Type"] === "Seq Scan")
  expect(scans.map((node) => node["Relation Name"])).toEqual([])
  return plan
}

const page = (filters: Partial<PhotosPage> = {}): PhotosPage => ({
  userId,
  jobId: null,
  sort: "uploaded",
  before: null,
  beforeTime: null,
  offset: 0,
  limit: 51,
  tagKey: null,
  q: null,
  status: null,
  takenFrom: null,
  takenTo: null,
  knownTags: [],
  ...filters,
})
// The 100 photos of the job, not all 90,000 of the user.
const blocksOfJob = 150
const blocksOfLookUp = 5
// A page has about 51 rows with their tags: nine blocks each.
const blocksOfPage = 1500
// The largest user has 90,000 photos in 22 blocks of 4,096: a few index pages for each token and block.
const blocksOfSearch = 3000

const listPlan = (filters: Partial<PhotosPage>) =>
  expectNoTableScan(selectPhotos(page(filters)), page(filters))

// One user's index entries of all 90,000 photos are about 1,200 pages.
const blocksOfMatches = 12_000

const searches: [string, Partial<PhotosPage>][] = [
  ["a rare word", { q: "holiday" }],
  ["a word in every photo", { q: "img" }],
  ["a part of a word", { q: "olida" }],
  ["two letters that begin every filename", { q: "im" }],
  ["two letters without a match", { q: "xq" }],
  ["a word without a match", { q: "zebra" }],
  ["a camera", { q: "iphone 7" }],
  ["a week", { takenFrom: "2022-03-01", takenTo: "2022-03-07T23:59:59" }],
  ["ten years", { takenFrom: "2015-01-01", takenTo: "2024-12-31" }],
  ["years without a photo", { takenFrom: "1990-01-01", takenTo: "1999-12-31" }],
  ["a tag and a status", { tagKey: "tag 3", status: "CANCELLED" }],
  ["all filters", { tagKey: "tag 3", q: "img", status: "COMPLETED", takenFrom: "2021-01-01" }],
]

describe.each([
  ["never analysed", "select 1"],
  ["analysed", "vacuum analyze"],
])("on tables that were %s, no query scans a table:", (_, prepare) => {
  beforeAll(() => sql.unsafe(prepare), 120_000)

  test("a job: the rows of its photos", async () => {
    const plan = await expectNoTableScan(selectUploadJob, { jobId, userId, knownTags: [] })
    expect(blocksOf(plan)).toBeLessThan(blocksOfJob)
  })
  test("a receipt: the rows of its photos", async () => {
    const plan = await expectNoTableScan(selectReceipt, { jobId, userId })
    expect(blocksOf(plan)).toBeLessThan(blocksOfJob)
  })
  test("an unchanged job: its row, and no photo", async () => {
    const plan = await expectNoTableScan(selectUploadJob, { jobId, userId, knownTags: ["1"] })
    expect(rowsRead(plan, "upload_jobs")).toBe(1)
    expect(rowsRead(plan, "photos")).toBe(0)
  })
  test("an unchanged page of photos: the index and the versions of its rows", async () => {
    const [row] = await sql.unsafe(withInlineInput(selectPhotos(page()).text, page()))
    const plan = await expectNoTableScan(selectPhotos(page()), page({ knownTags: [row?.result.tag] }))
    expect(rowsRead(plan, "photo_tags")).toBe(0)
  })
  test("a photo", () => expectNoTableScan(selectPhoto, { photoId, userId }))
  test("a download", () => expectNoTableScan(selectDownload, { photoId, userId }))
  test("a thousand hashes: a look-up for each", async () => {
    const sha256 = Array.from({ length: 1000 }, (_, place) => String(place).padStart(64, "0"))
    const plan = await expectNoTableScan(selectStoredHashes, { userId, sha256 })
    expect(blocksOf(plan)).toBeLessThan(1000 * blocksOfLookUp)
    expect(rowsRead(plan, "photos")).toBe(0)
  })
  test("an account: its row", async () => {
    const plan = await planOf(selectAccount, { userId })
    expect(blocksOf(plan)).toBeLessThan(20)
  })
  test("a timeline", () => expectNoTableScan(selectPhotoTimeline, { photoId, userId }))
  test("the jobs", () =>
    expectNoTableScan(selectUploadJobs, { userId, before: null, offset: 0, limit: 51, knownTags: [] }))
  test.each([
    ["all photos", {}],
    ["a tag", { tagKey: "tag 3" }],
    ["a status", { status: "UPLOADING" }],
    ["a job", { jobId }],
    ["a job and a status", { jobId, status: "COMPLETED" }],
  ] as const)("photos by %s", async (_, filters) => {
    expect(blocksOf(await listPlan(filters))).toBeLessThan(blocksOfPage)
  })
  test.each(searches)("photos by %s", async (_, filters) => {
    expect(blocksOf(await listPlan(filters))).toBeLessThan(blocksOfSearch)
  })
  test.each([
    ["all photos", {}],
    ["ten years", { takenFrom: "2015-01-01", takenTo: "2024-12-31" }],
    ["a week", { takenFrom: "2022-03-01", takenTo: "2022-03-07T23:59:59" }],
  ] as const)("photos by capture time of %s, at any depth", async (_, filters) => {
    expect(blocksOf(await listPlan({ ...filters, sort: "taken" }))).toBeLessThan(blocksOfPage)
    const deep = { before: deepId, beforeTime: "2020-01-04T11:20:00" }
    expect(blocksOf(await listPlan({ ...filters, sort: "taken", ...deep }))).toBeLessThan(blocksOfPage)
  })
  test.each([
    ["a rare word", { q: "holiday" }, blocksOfSearch],
    ["a word in every photo", { q: "img" }, 2 * blocksOfPage + 300 * 4],
    ["a word without a match", { q: "zebra" }, blocksOfSearch],
    ["a tag", { tagKey: "tag 3" }, blocksOfMatches],
    ["a status", { status: "CANCELLED" }, blocksOfMatches],
  ] as const)("photos by capture time with %s", async (_, filters, limit) => {
    expect(blocksOf(await listPlan({ ...filters, sort: "taken" }))).toBeLessThan(limit)
  })
  test.each([
    ["all photos: the stored counts", {}, 10],
    ["a week", { takenFrom: "2022-03-01", takenTo: "2022-03-07T23:59:59" }, 50],
    ["a rare word", { q: "holiday" }, blocksOfSearch],
    ["a word in every photo", { q: "img" }, blocksOfMatches],
  ] as const)("months of %s", async (_, filters, limit) => {
    const plan = await expectNoTableScan(selectPhotoMonths(page(filters)), page(filters))
    expect(blocksOf(plan)).toBeLessThan(limit)
  })
  test.each([
    ["all photos", {}],
    ["a tag", { tagKey: "tag 3" }],
    ["a word in every photo", { q: "img" }],
    ["ten years", { takenFrom: "2015-01-01", takenTo: "2024-12-31" }],
  ] as const)("a page of %s has the same cost at any depth", async (_, filters) => {
    const first = blocksOf(await listPlan(filters))
    const deep = blocksOf(await listPlan({ ...filters, before: deepId }))
    expect(deep).toBeLessThan(first * 2 + 100)
  })
})
