import { beforeAll, describe, expect, test } from "vitest"
import type { CreateUploadJobResponse } from "../../commands/create-upload-job/schema.ts"
import { expectProblem, forgeToken, newUser, send, type TestUser } from "../../testing/test-api.ts"

let user: TestUser
let job: CreateUploadJobResponse
beforeAll(async () => {
  user = await newUser()
  const files = ["a.jpg", "b.jpg"].map((filename) => ({ filename, mimeType: "image/jpeg", bytes: 1 }))
  const created = await send("POST", "/commands/upload-jobs", { token: user.token, body: { files } })
  job = await created.json()
})

describe("a job's snapshot", () => {
  test("has the counts and every photo, in the order of the files", async () => {
    const response = await send("GET", `/queries/upload-jobs/${job.jobId}`, { token: user.token })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      jobId: job.jobId,
      status: "QUEUED",
      terminal: false,
      totalCount: 2,
      completedCount: 0,
      failedCount: 0,
      cancelledCount: 0,
      duplicateCount: 0,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: expect.any(String),
      completedAt: null,
      progress: 0,
      bytesTotal: 2,
      bytesSent: 0,
      pollAfterMs: 1500,
      items: ["a.jpg", "b.jpg"].map((filename, index) => ({
        photoId: job.items[index]?.photoId,
        filename,
        path: null,
        status: "QUEUED",
        bytes: 1,
        bytesSent: 0,
        progress: 0,
        failureReason: null,
        failureDetail: null,
        duplicateOf: null,
      })),
    })
  })

  test("has the next poll time and is 304 until the job changes", async () => {
    const path = `/queries/upload-jobs/${job.jobId}`
    const first = await send("GET", path, { token: user.token })
    expect(first.headers.get("retry-after")).toBe("2")
    expect(first.headers.get("etag")).toBe('"1"')
    for (const unknown of ['"0"', '"11"', "1", ""])
      expect(
        (await send("GET", path, { token: user.token, headers: { "if-none-match": unknown } })).status,
      ).toBe(200)
    for (const etag of ['"1"', 'W/"1"', '"0", "1"', "*"]) {
      const again = await send("GET", path, { token: user.token, headers: { "if-none-match": etag } })
      expect(again.status).toBe(304)
      expect(await again.text()).toBe("")
      expect(again.headers.get("etag")).toBe('"1"')
      expect(again.headers.get("retry-after")).toBe("2")
    }
    await send("DELETE", `/commands/photos/${job.items[0]?.photoId}`, { token: user.token })
    const changed = await send("GET", path, { token: user.token, headers: { "if-none-match": '"1"' } })
    expect(changed.status).toBe(200)
    expect(await changed.json()).toMatchObject({ status: "IN_PROGRESS", cancelledCount: 1, progress: 50 })
  })

  test("of a terminal job is at 100 % and has no next poll", async () => {
    await send("POST", `/commands/upload-jobs/${job.jobId}/cancel`, { token: user.token })
    const response = await send("GET", `/queries/upload-jobs/${job.jobId}`, { token: user.token })
    expect(response.headers.get("retry-after")).toBeNull()
    expect(await response.json()).toMatchObject({
      status: "CANCELLED",
      terminal: true,
      progress: 100,
      pollAfterMs: null,
    })
  })

  test("is 404 for an unknown id, a malformed id and another user", async () => {
    const otherUser = await newUser()
    for (const [jobId, token] of [
      [`job_${"0".repeat(26)}`, user.token],
      ["job_x", user.token],
      [job.jobId, otherUser.token],
    ] as const)
      await expectProblem(await send("GET", `/queries/upload-jobs/${jobId}`, { token }), 404, "not-found")
  })

  test("is 401 without a token and 403 with a write-only token", async () => {
    const path = `/queries/upload-jobs/${job.jobId}`
    await expectProblem(await send("GET", path), 401, "unauthenticated")
    const writer = await forgeToken({ sub: user.userId, scope: "photos:write" })
    await expectProblem(await send("GET", path, { token: writer }), 403, "insufficient-scope")
  })
})
