import { beforeAll, describe, expect, test, vi } from "vitest"
import {
  expectProblem,
  jpeg,
  newJob,
  newPhoto,
  newUser,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"

const path = "/commands/upload/progress"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const report = (body: object, token = user.token, variables?: Record<string, string>) =>
  send("POST", path, { token, body, ...(variables && { variables }) })

const photoOf = (photoId: string) =>
  rows("select status, bytes_sent::int from photos where photo_id = $1", photoId)

describe("a progress report", () => {
  test("of one photo makes it UPLOADING within a second, with its event", async () => {
    const { photoId } = await newPhoto(user, jpeg(1000))
    const response = await report({ photoId, bytesSent: 400, bytesTotal: 1000 })
    expect(response.status).toBe(202)
    await vi.waitFor(
      async () => expect(await photoOf(photoId)).toEqual([{ status: "UPLOADING", bytes_sent: 400 }]),
      { timeout: 5000 },
    )
    expect(
      await rows("select type from outbox_events where photo_id = $1 order by sequence", photoId),
    ).toEqual([{ type: "PhotoQueued" }, { type: "PhotoUploadStarted" }])
  })

  test("of a whole batch is one request and increments the job's version", async () => {
    const { jobId, items } = await newJob(user, [jpeg(1000), jpeg(1000), jpeg(1000)])
    const ticks = items.map(({ photoId }, index) => ({ photoId, bytesSent: index * 100, bytesTotal: 1000 }))
    expect(await (await report({ items: ticks })).json()).toEqual({ accepted: 3 })
    await vi.waitFor(
      async () =>
        expect(
          await rows("select status, bytes_sent::int from photos where job_id = $1 order by photo_id", jobId),
        ).toEqual([0, 100, 200].map((bytes_sent) => ({ status: "UPLOADING", bytes_sent }))),
      { timeout: 5000 },
    )
    expect(await rows("select status, version::int from upload_jobs where job_id = $1", jobId)).toEqual([
      { status: "IN_PROGRESS", version: 2 },
    ])
  })

  test("never lowers the bytes sent, never exceeds the file size, and never changes a photo after its upload", async () => {
    const { items } = await newJob(user, [jpeg(1000), jpeg(1000)])
    const [first = "", second = ""] = items.map(({ photoId }) => photoId)
    await rows("update photos set status = 'PROCESSING', etag = 'e' where photo_id = $1", second)
    await report({ photoId: first, bytesSent: 5_000_000, bytesTotal: 1000 })
    await vi.waitFor(
      async () => expect(await photoOf(first)).toEqual([{ status: "UPLOADING", bytes_sent: 1000 }]),
      { timeout: 5000 },
    )
    const marker = await newPhoto(user, jpeg(1000))
    await report({
      items: [
        { photoId: first, bytesSent: 10, bytesTotal: 1000 },
        { photoId: second, bytesSent: 10, bytesTotal: 1000 },
        { photoId: marker.photoId, bytesSent: 10, bytesTotal: 1000 },
      ],
    })
    await vi.waitFor(
      async () => expect(await photoOf(marker.photoId)).toEqual([{ status: "UPLOADING", bytes_sent: 10 }]),
      { timeout: 5000 },
    )
    expect(await photoOf(first)).toEqual([{ status: "UPLOADING", bytes_sent: 1000 }])
    expect(await photoOf(second)).toEqual([{ status: "PROCESSING", bytes_sent: 0 }])
  })

  test("of another user's photo is accepted and changes nothing", async () => {
    const otherUser = await newUser()
    const theirs = await newPhoto(user, jpeg(1000))
    const own = await newPhoto(otherUser, jpeg(1000))
    const items = [theirs, own].map(({ photoId }) => ({ photoId, bytesSent: 10, bytesTotal: 1000 }))
    expect((await report({ items }, otherUser.token)).status).toBe(202)
    await vi.waitFor(
      async () => expect(await photoOf(own.photoId)).toEqual([{ status: "UPLOADING", bytes_sent: 10 }]),
      { timeout: 5000 },
    )
    expect(await photoOf(theirs.photoId)).toEqual([{ status: "QUEUED", bytes_sent: 0 }])
  })

  test("above twenty requests a second is 429", async () => {
    const otherUser = await newUser()
    const { photoId } = await newPhoto(otherUser, jpeg(1000))
    const tick = { photoId, bytesSent: 1, bytesTotal: 1000 }
    const variables = { PROGRESS_POSTS_PER_SECOND: "20" }
    const responses = await Promise.all(
      Array.from({ length: 60 }, () => report(tick, otherUser.token, variables)),
    )
    const limited = responses.filter(({ status }) => status === 429)
    expect(limited.length).toBeGreaterThan(0)
    expect(limited[0]?.headers.get("ratelimit-policy")).toBe('"progress";q=20;w=1')
    if (limited[0]) await expectProblem(limited[0], 429, "rate-limited")
  })

  test.each([
    ["nothing", {}],
    ["no items", { items: [] }],
    ["a malformed id", { photoId: "x", bytesSent: 1, bytesTotal: 1 }],
    ["a negative count", { photoId: `ph_${"0".repeat(26)}`, bytesSent: -1, bytesTotal: 1 }],
  ])("with %s is 422", async (_, body) => {
    await expectProblem(await report(body), 422, "validation-failed")
  })
})
