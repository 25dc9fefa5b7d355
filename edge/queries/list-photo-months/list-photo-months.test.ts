import { beforeAll, describe, expect, test } from "vitest"
import { complete, jpeg, newJob, newUser, rows, send, type TestUser } from "../../testing/test-api.ts"
import type { ListPhotoMonthsResponse } from "./schema.ts"

const uploadMonth = new Date().toISOString().slice(0, 7)

const ask = (owner: TestUser, query = "", headers: Record<string, string> = {}) =>
  send("GET", `/queries/photos/months${query}`, { token: owner.token, headers })
const months = async (owner: TestUser, query = "") => {
  const response = await ask(owner, query)
  expect(response.status).toBe(200)
  return (await response.json<ListPhotoMonthsResponse>()).items
}
const take = async (photoId: string, takenAt: string) => {
  await complete(photoId)
  await rows(
    `update photos set exif_json = exif_json || '{"dateTimeOriginal": "${takenAt}"}' where photo_id = $1`,
    photoId,
  )
}

describe("the months of photos", () => {
  let user: TestUser
  let photoIds: string[]
  beforeAll(async () => {
    user = await newUser()
    const files = ["a.jpg", "b.jpg", "c.jpg", "Beach.jpg", "e.jpg"].map((filename) => jpeg(12, filename))
    photoIds = (await newJob(user, files)).items.map(({ photoId }) => photoId)
    const [first = "", second = "", third = "", fourth = ""] = photoIds
    await take(first, "2024-05-04T10:11:12")
    await take(second, "2024-05-31T23:59:59")
    await take(third, "2024-06-01T00:00:00")
    await take(fourth, "2019-12-24T18:00:00")
    await send("POST", `/commands/photos/${fourth}/tags`, { token: user.token, body: { labels: ["Sea"] } })
  })

  test("are counted by capture time, else by upload time, newest first", async () => {
    expect(await months(user)).toEqual([
      { month: uploadMonth, count: 1 },
      { month: "2024-06", count: 1 },
      { month: "2024-05", count: 2 },
      { month: "2019-12", count: 1 },
    ])
  })

  test.each([
    ["?q=beach", [{ month: "2019-12", count: 1 }]],
    ["?tag=SEA", [{ month: "2019-12", count: 1 }]],
    ["?tag=nothing", []],
    ["?status=QUEUED", [{ month: uploadMonth, count: 1 }]],
    [
      "?status=COMPLETED&takenFrom=2024-05-31",
      [
        { month: "2024-06", count: 1 },
        { month: "2024-05", count: 1 },
      ],
    ],
    [
      "?takenTo=2024-05-30",
      [
        { month: "2024-05", count: 1 },
        { month: "2019-12", count: 1 },
      ],
    ],
  ])("with %s count only the photos that the list has", async (query, expected) => {
    expect(await months(user, query)).toEqual(expected)
    const list = await send("GET", `/queries/photos${query}&sort=taken`, { token: user.token })
    const { items } = await list.json<{ items: unknown[] }>()
    expect(items).toHaveLength(expected.reduce((sum, { count }) => sum + count, 0))
  })

  test("are 304 until a count changes", async () => {
    const etag = (await ask(user)).headers.get("etag") ?? ""
    expect((await ask(user, "", { "if-none-match": etag })).status).toBe(304)
    await send("DELETE", `/commands/photos/${photoIds[4]}`, { token: user.token })
    await send("DELETE", `/commands/photos/${photoIds[2]}`, { token: user.token })
    const response = await ask(user, "", { "if-none-match": etag })
    expect((await response.json<ListPhotoMonthsResponse>()).items).toEqual([
      { month: uploadMonth, count: 1 },
      { month: "2024-05", count: 2 },
      { month: "2019-12", count: 1 },
    ])
  })

  test("of a user without photos are none", async () => {
    expect(await months(await newUser())).toEqual([])
  })
})
