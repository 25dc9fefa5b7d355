import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import type { PhotoId, UserId } from "../domain/ids.ts"
import { type PhotoStatus, photoStatuses } from "../domain/photo-status.ts"
import { newId } from "../edge/new-id.ts"
import { type PhotosPage, selectPhotos } from "../edge/queries/list-photos/sql.ts"
import { type NodeDatabase, openNodeDatabase } from "./node.ts"
import { createOwnDatabase, type OwnDatabase } from "./testing/own-database.ts"

// Triggers maintain the search index. The tests compare it with a rebuilt index.

let own: OwnDatabase
let database: NodeDatabase
let userId: UserId
beforeAll(async () => {
  own = await createOwnDatabase(inject("environment").databaseUrl)
  database = openNodeDatabase(own.url, 1)
  userId = await newUser()
})
afterAll(async () => {
  await database?.close()
  await own?.drop()
})

const newUser = async (): Promise<UserId> => {
  const user = newId.user()
  await own.sql`insert into users (user_id, email, password_hash) values (${user}, ${`${user}@example.com`}, 'none')`
  return user
}

/** Inserts a job whose photos all have one status. The photo ids consist of the time `at` and a number. */
const insertPhotos = async (
  user: UserId,
  count: number,
  { status = "COMPLETED", at = timeOf(Date.now()), filename = "IMG" } = {},
) => {
  const jobId = newId.job()
  await own.sql`insert into upload_jobs (job_id, user_id, total_count) values (${jobId}, ${user}, ${count})`
  await own.sql`
    insert into photos (photo_id, job_id, user_id, filename, mime_type, bytes, s3_key, status, failure_reason)
    select 'ph_' || ${at} || lpad(n::text, 16, '0'), ${jobId}, ${user}, ${filename} || '_' || n || '.jpg', 'image/jpeg', 1,
      'key', ${status}, case when ${status} = 'FAILED' then 'CORRUPT' end
    from generate_series(1, ${count}::int) n`
}

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/** The time part of a ULID (https://github.com/ulid/spec). */
const timeOf = (milliseconds: number): string =>
  Array.from({ length: 10 }, (_, place) => alphabet[Math.floor(milliseconds / 32 ** (9 - place)) % 32]).join(
    "",
  )

const idsOf = async (user: UserId, filters: Partial<PhotosPage>): Promise<PhotoId[]> => {
  const page: PhotosPage = {
    userId: user,
    jobId: null,
    sort: "uploaded",
    before: null,
    beforeTime: null,
    offset: 0,
    limit: 100,
    tagKey: null,
    q: null,
    status: null,
    takenFrom: null,
    takenTo: null,
    knownTags: [],
    ...filters,
  }
  const { photos } = await database.run(selectPhotos(page), page)
  return (photos ?? []).map(({ photoId }) => photoId)
}

const blocksOf = (user: UserId) =>
  own.sql`select first_photo_id, photo_count from search_blocks where user_id = ${user} order by first_photo_id`

const searchRows = async () => [
  ...(await own.sql`
    select photo_id, s.status, s.taken_at, s.tag_keys, s.document, b.user_id, b.first_photo_id
    from photo_search s join search_blocks b using (block_id) order by photo_id`),
]

describe("the search index", () => {
  test("contains a photo while its status is final and it is not deleted", async () => {
    await insertPhotos(userId, 1, { status: "QUEUED", filename: "moving" })
    const [photo] = await own.sql`select photo_id from photos where filename = 'moving_1.jpg'`
    const isIndexed = async () =>
      (await own.sql`select 1 from photo_search where photo_id = ${photo?.photo_id}`).length === 1
    const setStatus = (status: PhotoStatus) =>
      own.sql`update photos set status = ${status}, failure_reason = ${status === "FAILED" ? "CORRUPT" : null},
        duplicate_of = ${status === "DUPLICATE" ? "ph_0" : null}, etag = 'e'
        where photo_id = ${photo?.photo_id}`
    const indexed: Partial<Record<PhotoStatus, boolean>> = {}
    for (const status of photoStatuses) {
      await setStatus(status)
      indexed[status] = await isIndexed()
      const isListed = status !== "DUPLICATE"
      expect(await idsOf(userId, { q: "moving" })).toEqual(isListed ? [photo?.photo_id] : [])
      expect(await idsOf(userId, { q: "moving", status })).toEqual([photo?.photo_id])
    }
    expect(indexed).toEqual({
      QUEUED: false,
      UPLOADING: false,
      PROCESSING: false,
      COMPLETED: true,
      FAILED: true,
      CANCELLED: true,
      DUPLICATE: false,
    })
    await setStatus("PROCESSING")
    expect(await isIndexed()).toBe(false)
    await setStatus("COMPLETED")
    await own.sql`update photos set deleted_at = now() where photo_id = ${photo?.photo_id}`
    expect(await isIndexed()).toBe(false)
    expect(await idsOf(userId, { q: "moving" })).toEqual([])
  })

  test("starts a new block for the ids of the next minute when a block has 4,096 photos", async () => {
    const user = await newUser()
    await insertPhotos(user, 4000, { at: timeOf(1) })
    expect(await blocksOf(user)).toEqual([{ first_photo_id: "", photo_count: 4000 }])
    const before = Date.now()
    await insertPhotos(user, 96, { at: timeOf(2) })
    const [, next] = await blocksOf(user)
    expect(next?.photo_count).toBe(0)
    expect(next?.first_photo_id > `ph_${timeOf(before + 59_000)}`).toBe(true)
    expect(next?.first_photo_id < `ph_${timeOf(Date.now() + 61_000)}`).toBe(true)
    await insertPhotos(user, 1, { at: timeOf(Date.now()) })
    await insertPhotos(user, 1, { at: timeOf(Date.now() + 120_000) })
    const photosOfBlocks = await own.sql`
      select count(*)::int as photos from photo_search join search_blocks b using (block_id)
      where b.user_id = ${user} group by first_photo_id order by first_photo_id`
    expect(photosOfBlocks.map(({ photos }) => photos)).toEqual([4097, 1])
  })

  test("finds photos newest first across blocks, page after page", async () => {
    const user = await newUser()
    const now = Date.now()
    for (let part = 0; part < 6; part += 1) {
      await insertPhotos(user, 50, { at: timeOf(now + part * 1000), filename: part % 2 ? "IMG" : "DSC" })
      const first = `ph_${timeOf(now + (part + 1) * 1000)}`
      await own.sql`insert into search_blocks (user_id, first_photo_id, photo_count) values (${user}, ${first}, 0)`
    }
    const all = await own.sql`
      select photo_id from photos where user_id = ${user} and filename like 'IMG%' order by photo_id desc`
    const found: PhotoId[] = []
    for (let page: PhotoId[] = []; ; found.push(...page)) {
      page = await idsOf(user, { q: "img", before: found.at(-1) ?? null, limit: 40 })
      if (page.length === 0) break
    }
    expect(found).toEqual(all.map(({ photo_id }) => photo_id))
    expect(await idsOf(user, { q: "img", offset: 45, limit: 10 })).toEqual(found.slice(45, 55))
  })

  test("equals a rebuilt index", async () => {
    await own.sql`insert into tags (user_id, tag_key, label) values (${userId}, 'sea', 'Sea'), (${userId}, 'été', 'Été')`
    await insertPhotos(userId, 20, { filename: "Zoe\u0308 at SEA" })
    await own.sql`
      insert into photo_tags (photo_id, user_id, tag_key)
      select photo_id, user_id, tag from photos, unnest(array['sea', 'été']) as tag where user_id = ${userId}`
    await own.sql`delete from photo_tags where tag_key = 'sea' and photo_id like '%1'`
    expect(await idsOf(userId, { q: "ZOË été" })).toHaveLength(20)
    const written = await searchRows()
    await own.sql`select rebuild_photo_search()`
    const block = ({ first_photo_id, ...row }: Record<string, unknown>) => row
    expect((await searchRows()).map(block)).toEqual(written.map(block))
  })
})
