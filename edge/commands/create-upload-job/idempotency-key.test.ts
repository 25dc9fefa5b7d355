import { beforeAll, describe, expect, test } from "vitest"
import { complete, expectProblem, newUser, rows, send, type TestUser } from "../../testing/test-api.ts"
import type { CreateUploadJobResponse } from "./schema.ts"

const path = "/commands/upload-jobs"
const jpeg = { filename: "IMG_001.jpg", mimeType: "image/jpeg", bytes: 2_457_811 }
const png = { filename: "IMG_002.png", mimeType: "image/png", bytes: 5_123_456, sha256: "ab".repeat(32) }

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

describe("an Idempotency-Key", () => {
  const createWith = (key: string, body: object = { files: [jpeg] }, token = user.token) =>
    send("POST", path, { token, body, headers: { "idempotency-key": key } })

  test("with the same body returns the same job with new URLs, whether quoted or bare", async () => {
    const key = crypto.randomUUID()
    const first = await (await createWith(`"${key}"`)).json<CreateUploadJobResponse>()
    const again = await createWith(key, { files: [{ ...jpeg }] })
    expect(again.status).toBe(201)
    expect(again.headers.get("idempotency-replayed")).toBe("true")
    const second = await again.json<CreateUploadJobResponse>()
    expect(second.jobId).toBe(first.jobId)
    expect(second.items.map(({ photoId, headers }) => ({ photoId, headers }))).toEqual(
      first.items.map(({ photoId, headers }) => ({ photoId, headers })),
    )
    expect(await rows("select count(*)::int from photos where job_id = $1", first.jobId)).toEqual([
      { count: 1 },
    ])
  })

  test("with another body is 422", async () => {
    const key = crypto.randomUUID()
    await createWith(key)
    const other = await createWith(key, { files: [jpeg, png] })
    await expectProblem(other, 422, "idempotency-key-reused")
  })

  test("sent ten times concurrently creates one job; requests during the first one are 409", async () => {
    const key = crypto.randomUUID()
    const otherUser = await newUser()
    const responses = await Promise.all(
      Array.from({ length: 10 }, () => createWith(key, { files: [jpeg] }, otherUser.token)),
    )
    for (const response of responses)
      if (response.status === 409) await expectProblem(response, 409, "idempotency-key-in-use")
      else expect(response.status).toBe(201)
    expect(await rows("select count(*)::int from upload_jobs where user_id = $1", otherUser.userId)).toEqual([
      { count: 1 },
    ])
    expect(await rows("select used_photos from users where user_id = $1", otherUser.userId)).toEqual([
      { used_photos: 1 },
    ])
    const later = await createWith(key, { files: [jpeg] }, otherUser.token)
    expect(later.headers.get("idempotency-replayed")).toBe("true")
  })

  test("is scoped to its user: another user can use the same key", async () => {
    const key = crypto.randomUUID()
    const otherUser = await newUser()
    const mine = await (await createWith(key)).json<CreateUploadJobResponse>()
    const theirs = await createWith(key, { files: [png] }, otherUser.token)
    expect((await theirs.json<CreateUploadJobResponse>()).jobId).not.toBe(mine.jobId)
  })

  test("returns URLs only for photos that are not uploaded yet, and every photo's status", async () => {
    const key = crypto.randomUUID()
    const body = { files: [jpeg, jpeg, jpeg, jpeg] }
    const first = await (await createWith(key, body)).json<CreateUploadJobResponse>()
    const [cancelled = "", completed = "", processing = ""] = first.items.map(({ photoId }) => photoId)
    expect(first.items.map(({ status }) => status)).toEqual(["QUEUED", "QUEUED", "QUEUED", "QUEUED"])
    await send("DELETE", `/commands/photos/${cancelled}`, { token: user.token })
    await complete(completed)
    await rows("update photos set status = 'PROCESSING', etag = 'e' where photo_id = $1", processing)

    const { items } = await (await createWith(key, body)).json<CreateUploadJobResponse>()
    expect(items.map(({ status, presignedUrl }) => [status, presignedUrl !== null])).toEqual([
      ["CANCELLED", false],
      ["COMPLETED", false],
      ["PROCESSING", false],
      ["QUEUED", true],
    ])
    expect(items[0]).toEqual({
      photoId: cancelled,
      status: "CANCELLED",
      duplicateOf: null,
      method: "PUT",
      presignedUrl: null,
      headers: {},
      expiresAt: null,
      multipart: null,
    })
  })

  test("expires after 24 hours", async () => {
    const key = crypto.randomUUID()
    const { jobId } = await (await createWith(key)).json<CreateUploadJobResponse>()
    await rows(
      "update idempotency_keys set created_at = now() - interval '25 hours' where idempotency_key = $1",
      key,
    )
    const renewed = await createWith(key, { files: [png] })
    expect(renewed.status).toBe(201)
    expect((await renewed.json<CreateUploadJobResponse>()).jobId).not.toBe(jobId)
  })

  test.each(["", '"', '"un"quoted"', "k".repeat(256), "spaces in it", '"bell\u0007"'])(
    "that is invalid is 400: %j",
    async (key) => {
      await expectProblem(await createWith(key), 400, "malformed-idempotency-key")
    },
  )

  test("of a job that exceeded the quota can be used when the quota allows it", async () => {
    const otherUser = await newUser()
    const key = crypto.randomUUID()
    await rows("update users set quota_photos = 0 where user_id = $1", otherUser.userId)
    await expectProblem(await createWith(key, { files: [jpeg] }, otherUser.token), 403, "quota-exceeded")
    await rows("update users set quota_photos = 1 where user_id = $1", otherUser.userId)
    expect((await createWith(key, { files: [jpeg] }, otherUser.token)).status).toBe(201)
  })
})
