import { beforeAll, describe, expect, test } from "vitest"
import {
  complete,
  expectProblem,
  jpeg,
  newJob,
  newUser,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import type { ListPhotosResponse } from "./schema.ts"

let user: TestUser
let photoIds: string[]
beforeAll(async () => {
  user = await newUser()
  const names = ["beach.jpg", "IMG_100%.jpg", "Mountain.jpg", "IMG_1000.jpg", "cat.jpg", "dog.jpg", "old.jpg"]
  const { items } = await newJob(
    user,
    names.map((filename) => jpeg(12, filename)),
  )
  photoIds = items.map(({ photoId }) => photoId)
  const [beach = "", , mountain = "", , cat = ""] = photoIds
  await complete(mountain)
  for (const [photoId, labels] of [
    [beach, ["Summer", "Sea"]],
    [mountain, ["summer"]],
    [cat, ["Pets"]],
  ] as const)
    await send("POST", `/commands/photos/${photoId}/tags`, { token: user.token, body: { labels } })
})

const request = (query: string, token = user.token) => send("GET", `/queries/photos${query}`, { token })
const list = async (query: string) => {
  const response = await request(query)
  expect(response.status).toBe(200)
  return response.json<ListPhotosResponse>()
}
const names = async (query: string) => (await list(query)).items.map(({ filename }) => filename)

describe("a list of photos", () => {
  test("contains only the caller's photos, newest first, each with its tags and the URLs of its thumbnails", async () => {
    const { items, nextCursor } = await list("")
    expect(items.map(({ photoId }) => photoId)).toEqual([...photoIds].reverse())
    expect(nextCursor).toBeNull()
    const mountain = items.find(({ filename }) => filename === "Mountain.jpg")
    expect(mountain).toMatchObject({
      status: "COMPLETED",
      takenAt: "2026-05-04T10:11:12",
      tags: ["Summer"],
      width: 4032,
    })
    expect(mountain?.thumbnails[0]?.url).toContain("X-Amz-Signature")
    expect(items.map(({ thumbhash }) => thumbhash !== null)).toEqual(items.map((item) => item === mountain))
  })

  test("is the same by cursor, by page and by the Link header", async () => {
    const byCursor: string[] = []
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: ListPhotosResponse = await list(`?size=3${cursor && `&cursor=${cursor}`}`)
      byCursor.push(...page.items.map(({ photoId }) => photoId))
      cursor = page.nextCursor
    }
    const byPage: string[] = []
    for (let page = 0; page < 3; page += 1)
      byPage.push(...(await list(`?size=3&page=${page}`)).items.map(({ photoId }) => photoId))
    const byLink: string[] = []
    for (let path: string | undefined = "?size=3"; path; ) {
      const response: Response = await request(path)
      byLink.push(...(await response.json<ListPhotosResponse>()).items.map(({ photoId }) => photoId))
      path = /<\/queries\/photos(\?[^>]*)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1]
    }
    const all = [...photoIds].reverse()
    expect(byCursor).toEqual(all)
    expect(byPage).toEqual(all)
    expect(byLink).toEqual(all)
  })

  test("finds the photos of a job, also by status", async () => {
    const { jobId, items } = await newJob(user, [jpeg(12, "of-job-1.jpg"), jpeg(12, "of-job-2.jpg")])
    await complete(items[0]?.photoId ?? "")
    expect(await names(`?jobId=${jobId}`)).toEqual(["of-job-2.jpg", "of-job-1.jpg"])
    expect(await names(`?jobId=${jobId}&size=1`)).toEqual(["of-job-2.jpg"])
    expect(await names(`?jobId=${jobId}&status=COMPLETED`)).toEqual(["of-job-1.jpg"])
    const other = await newUser()
    const { items: none } = await (await request(`?jobId=${jobId}`, other.token)).json<ListPhotosResponse>()
    expect(none).toEqual([])
    for (const { photoId } of items)
      await send("DELETE", `/commands/photos/${photoId}`, { token: user.token })
  })

  test.each(["q=a", "tag=a", "takenFrom=2026-01-01", "sort=taken"])(
    "of a job is not filtered by %s",
    async (more) => {
      const { jobId } = await newJob(await newUser(), [jpeg(12, "a.jpg")])
      const problem = await expectProblem(await request(`?jobId=${jobId}&${more}`), 422, "validation-failed")
      expect(problem.errors).toEqual([{ pointer: "#/jobId", code: "custom", detail: expect.any(String) }])
    },
  )

  test("finds by tag, ignoring case", async () => {
    expect(await names("?tag=SUMMER")).toEqual(["Mountain.jpg", "beach.jpg"])
    expect(await names("?tag=nothing")).toEqual([])
    expect(await names("?tag=%00")).toEqual([])
  })

  test("finds words of three or more characters anywhere in a filename, a camera or a tag", async () => {
    expect(await names("?q=MOUNT")).toEqual(["Mountain.jpg"])
    expect(await names("?q=ounta")).toEqual(["Mountain.jpg"])
    expect(await names("?q=iphone")).toEqual(["Mountain.jpg"])
    expect(await names("?q=umme")).toEqual(["Mountain.jpg", "beach.jpg"])
    expect(await names("?q=IMG_1000")).toEqual(["IMG_1000.jpg"])
    expect(await names("?q=100.")).toEqual([])
  })

  test("finds one or two characters only at the beginning of a word", async () => {
    expect(await names("?q=mo")).toEqual(["Mountain.jpg"])
    expect(await names("?q=ip")).toEqual(["Mountain.jpg"])
    expect(await names("?q=10")).toEqual(["IMG_1000.jpg", "IMG_100%.jpg"])
    expect(await names("?q=se")).toEqual(["beach.jpg"])
    expect(await names("?q=ou")).toEqual([])
    expect(await names("?q=00")).toEqual([])
  })

  test("finds photos that contain every word, in any field", async () => {
    expect(await names("?q=jpg+summer")).toEqual(["Mountain.jpg", "beach.jpg"])
    expect(await names("?q=summer++apple")).toEqual(["Mountain.jpg"])
    expect(await names("?q=mountain+beach")).toEqual([])
    // The end of the filename and the start of the camera name do not form a word.
    expect(await names("?q=jpgapple")).toEqual([])
  })

  test("treats wildcards and quotes as literal characters", async () => {
    expect(await names("?q=100%25")).toEqual(["IMG_100%.jpg"])
    expect(await names("?q=%25%25%25")).toEqual([])
    expect(await names("?q=_")).toEqual([])
    expect(await names("?q=%27%3B+drop+table+photos")).toEqual([])
    expect(await names("?q=%5C%5C%5C")).toEqual([])
  })

  test("finds a photo by its current tags, before and after it is finished", async () => {
    const [item] = (await newJob(user, [jpeg(12, "tagged.jpg")])).items
    const path = `/commands/photos/${item?.photoId}/tags`
    const add = (label: string) => send("POST", path, { token: user.token, body: { labels: [label] } })
    await add("Zebra")
    expect(await names("?q=zebr")).toEqual(["tagged.jpg"])
    await complete(item?.photoId ?? "")
    expect(await names("?q=zebr")).toEqual(["tagged.jpg"])
    await add("Giraffe")
    expect(await names("?q=giraffe+zebra")).toEqual(["tagged.jpg"])
    await send("DELETE", `${path}/Zebra`, { token: user.token })
    expect(await names("?q=zebr")).toEqual([])
    expect(await names("?tag=giraffe&status=COMPLETED")).toEqual(["tagged.jpg"])
    await send("DELETE", `/commands/photos/${item?.photoId}`, { token: user.token })
    expect(await names("?q=giraffe")).toEqual([])
  })

  test("finds by status and time of capture; a date includes the whole day", async () => {
    expect(await names("?status=COMPLETED")).toEqual(["Mountain.jpg"])
    expect(await names("?takenFrom=2026-05-04&takenTo=2026-05-04")).toEqual(["Mountain.jpg"])
    expect(await names("?takenFrom=2026-05-04T10:11:13")).toEqual([])
    expect(await names("?takenFrom=2016-01-01&takenTo=2026-12-31")).toEqual(["Mountain.jpg"])
    expect(await names("?takenFrom=2026-05-05")).toEqual([])
    expect(await names("?takenTo=2026-05-03")).toEqual([])
    expect(await names("?takenFrom=2026-06-01&takenTo=2026-05-01")).toEqual([])
  })

  test("finds nothing by time of capture when no photo has one", async () => {
    const other = await newUser()
    await newJob(other)
    const response = await request("?takenTo=2026-12-31", other.token)
    expect(response.status).toBe(200)
    expect((await response.json<ListPhotosResponse>()).items).toEqual([])
  })

  test("combines all filters", async () => {
    expect(await names("?tag=summer&q=beach&status=QUEUED")).toEqual(["beach.jpg"])
    expect(await names("?tag=summer&q=summer")).toEqual(["Mountain.jpg", "beach.jpg"])
    expect(await names("?q=summer&size=1&page=1")).toEqual(["beach.jpg"])
    expect(await names("?tag=summer&status=COMPLETED")).toEqual(["Mountain.jpg"])
    expect(await names("?tag=summer&status=QUEUED")).toEqual(["beach.jpg"])
    expect(await names("?tag=summer&q=mount&takenFrom=2026-05-04&takenTo=2026-05-04")).toEqual([
      "Mountain.jpg",
    ])
    expect(await names("?tag=pets&takenFrom=2026-05-04")).toEqual([])
  })

  test("by capture time is newest first; a photo without one is sorted by its upload time", async () => {
    const owner = await newUser()
    const { items } = await newJob(
      owner,
      Array.from({ length: 7 }, (_, place) => jpeg(12, `IMG_${place}.jpg`)),
    )
    const captures = [
      "2024-05-04T10:11:12",
      "2031-01-01T00:00:00",
      null,
      "2024-05-04T10:11:12",
      "2019-12-24T18:00:00",
    ]
    for (const [place, takenAt] of captures.entries()) {
      const photoId = items[place]?.photoId ?? ""
      await complete(photoId)
      await rows(
        `update photos set exif_json = '${JSON.stringify({ make: "Apple", ...(takenAt && { dateTimeOriginal: takenAt }) })}'
         where photo_id = $1`,
        photoId,
      )
    }
    const expected = [1, 6, 5, 2, 3, 0, 4].map((place) => `IMG_${place}.jpg`)
    const pages = async (query: string) => {
      const found: string[] = []
      for (let path: string | undefined = query; path; ) {
        const response: Response = await request(path, owner.token)
        expect(response.status).toBe(200)
        found.push(...(await response.json<ListPhotosResponse>()).items.map(({ filename }) => filename))
        path = /<\/queries\/photos(\?[^>]*)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1]
      }
      return found
    }
    expect(await pages("?sort=taken")).toEqual(expected)
    expect(await pages("?sort=taken&size=2")).toEqual(expected)
    expect(await pages("?sort=taken&q=img&size=2")).toEqual(expected)
    expect(await pages("?sort=taken&q=apple&status=COMPLETED&size=2")).toEqual(
      [1, 2, 3, 0, 4].map((place) => `IMG_${place}.jpg`),
    )
    expect(await pages("?sort=taken&status=QUEUED&size=1")).toEqual(["IMG_6.jpg", "IMG_5.jpg"])
    expect(await pages("?sort=taken&takenFrom=2020-01-01&takenTo=2024-12-31&size=1")).toEqual([
      "IMG_3.jpg",
      "IMG_0.jpg",
    ])
    expect(await pages("?sort=taken&takenTo=2019-12-24")).toEqual(["IMG_4.jpg"])
    expect((await request("?sort=taken&size=3&page=1", owner.token)).status).toBe(200)
  })

  test("rejects a cursor of another order", async () => {
    for (const [sort, other] of [
      ["taken", "uploaded"],
      ["uploaded", "taken"],
    ]) {
      const { nextCursor } = await list(`?sort=${sort}&size=2`)
      expect((await request(`?sort=${sort}&cursor=${nextCursor}`)).status).toBe(200)
      const wrong = await request(`?sort=${other}&cursor=${nextCursor}`)
      const problem = await expectProblem(wrong, 422, "validation-failed")
      expect(problem.errors).toMatchObject([{ pointer: "#/cursor" }])
    }
  })

  test("is 304 until one of its photos changes", async () => {
    const first = await request("?size=2")
    const headers = { "if-none-match": first.headers.get("etag") ?? "" }
    const again = () => send("GET", "/queries/photos?size=2", { token: user.token, headers })
    expect((await again()).status).toBe(304)
    await rows("update photos set updated_at = now() where photo_id = $1", photoIds.at(-1) ?? "")
    expect((await again()).status).toBe(200)
  })

  test.each([
    "?size=0",
    "?size=101",
    "?page=-1",
    "?cursor=abc",
    "?status=GONE",
    "?takenFrom=May",
    "?q=",
    "?q=%00",
  ])("rejects %s with a pointer", async (query) => {
    const problem = await expectProblem(await request(query), 422, "validation-failed")
    expect(problem.errors).toHaveLength(1)
  })

  test("rejects a page beyond item 1,000 and recommends the cursor", async () => {
    expect((await request("?page=9&size=100")).status).toBe(200)
    const problem = await expectProblem(await request("?page=10&size=100"), 422, "validation-failed")
    expect(problem.errors).toEqual([
      {
        pointer: "#/page",
        code: "custom",
        detail: expect.stringContaining("use `cursor`"),
      },
    ])
  })

  test("of another user contains none of these photos", async () => {
    const otherUser = await newUser()
    expect((await (await request("", otherUser.token)).json<ListPhotosResponse>()).items).toEqual([])
    expect((await (await request("?tag=summer", otherUser.token)).json<ListPhotosResponse>()).items).toEqual(
      [],
    )
    expect((await (await request("?q=summer", otherUser.token)).json<ListPhotosResponse>()).items).toEqual([])
  })
})
