import { beforeAll, describe, expect, test, vi } from "vitest"
import {
  complete,
  config,
  expectProblem,
  forgeToken,
  newJob,
  newUser,
  rows,
  send,
  type TestUser,
  variablesOf,
} from "../../testing/test-api.ts"
import type { CreateUploadJobResponse, DryRunResponse } from "./schema.ts"

const path = "/commands/upload-jobs"
const jpeg = { filename: "IMG_001.jpg", mimeType: "image/jpeg", bytes: 2_457_811 }
const png = { filename: "IMG_002.png", mimeType: "image/png", bytes: 5_123_456, sha256: "ab".repeat(32) }

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const create = (files: unknown, token = user.token) =>
  send("POST", path, { token, body: { files, strategy: "s3-presigned" } })

describe("success", () => {
  test("every file gets a presigned PUT, in the order in which it was announced", async () => {
    const response = await create([jpeg, png])
    expect(response.status).toBe(201)
    const { jobId, items } = await response.json<CreateUploadJobResponse>()
    expect(response.headers.get("location")).toBe(`/queries/upload-jobs/${jobId}`)
    expect(jobId).toMatch(/^job_[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(items).toHaveLength(2)
    for (const item of items) {
      expect(item).toMatchObject({ photoId: expect.stringMatching(/^ph_/), method: "PUT", multipart: null })
      expect(new URL(item.presignedUrl ?? "").pathname).toBe(
        `/${config.s3.bucket}/test/${user.userId}/${item.photoId}/original`,
      )
    }
  })

  test("the URL binds type, length, absence of the object and the announced checksum, and says for how long", async () => {
    const { items } = await (await create([png])).json<CreateUploadJobResponse>()
    const [item] = items
    const query = new URL(item?.presignedUrl ?? "").searchParams
    expect(query.get("X-Amz-SignedHeaders")).toBe(
      "content-length;content-type;host;if-none-match;x-amz-checksum-sha256",
    )
    expect(query.get("X-Amz-Expires")).toBe("900")
    expect(item?.headers).toEqual({
      "content-type": "image/png",
      "content-length": "5123456",
      "if-none-match": "*",
      "x-amz-checksum-sha256": btoa("\xab".repeat(32)),
    })
    const lifetimeMs = Date.parse(item?.expiresAt ?? "") - Date.now()
    expect(lifetimeMs).toBeGreaterThan(890_000)
    expect(lifetimeMs).toBeLessThanOrEqual(900_000)
  })

  test("a job takes 500 files", async () => {
    const response = await create(Array.from({ length: 500 }, () => jpeg))
    expect(response.status).toBe(201)
  })
})

describe("a file that needs parts", () => {
  test("gets a multipart upload that is not opened yet", async () => {
    const { items } = await newJob(user, [{ ...jpeg, bytes: 20 * 1024 * 1024 }, jpeg])
    expect(items[0]).toEqual({
      photoId: expect.any(String),
      status: "QUEUED",
      method: "PUT",
      presignedUrl: null,
      headers: {},
      expiresAt: null,
      multipart: { partSize: 8 * 1024 * 1024, partCount: 3, uploadId: null },
    })
    expect(items[1]?.multipart).toBeNull()
  })

  test("has parts of the size the client chose, from 5 to 64 MiB", async () => {
    const partSize = 5 * 1024 * 1024
    const { items } = await newJob(user, [{ ...jpeg, bytes: partSize + 1 }], { partSize })
    expect(items[0]?.multipart).toEqual({ partSize, partCount: 2, uploadId: null })
    for (const wrong of [partSize - 1, 64 * 1024 * 1024 + 1]) {
      const response = await send("POST", path, {
        token: user.token,
        body: { files: [jpeg], partSize: wrong },
      })
      await expectProblem(response, 422, "validation-failed")
    }
  })
})

describe("an Idempotency-Key", () => {
  const createWith = (key: string, body: object = { files: [jpeg] }, token = user.token) =>
    send("POST", path, { token, body, headers: { "idempotency-key": key } })

  test("sent again with the same body gives the same job, with fresh URLs, quoted or bare", async () => {
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

  test("sent again with another body is 422", async () => {
    const key = crypto.randomUUID()
    await createWith(key)
    const other = await createWith(key, { files: [jpeg, png] })
    await expectProblem(other, 422, "idempotency-key-reused")
  })

  test("sent ten times at once makes one job; whoever came too early is told so", async () => {
    const key = crypto.randomUUID()
    const stranger = await newUser()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => createWith(key, { files: [jpeg] }, stranger.token)),
    )
    for (const answer of answers)
      if (answer.status === 409) await expectProblem(answer, 409, "idempotency-key-in-use")
      else expect(answer.status).toBe(201)
    expect(await rows("select count(*)::int from upload_jobs where user_id = $1", stranger.userId)).toEqual([
      { count: 1 },
    ])
    expect(await rows("select used_photos from users where user_id = $1", stranger.userId)).toEqual([
      { used_photos: 1 },
    ])
    const later = await createWith(key, { files: [jpeg] }, stranger.token)
    expect(later.headers.get("idempotency-replayed")).toBe("true")
  })

  test("is one's own: another user's same key is another request", async () => {
    const key = crypto.randomUUID()
    const stranger = await newUser()
    const mine = await (await createWith(key)).json<CreateUploadJobResponse>()
    const theirs = await createWith(key, { files: [png] }, stranger.token)
    expect((await theirs.json<CreateUploadJobResponse>()).jobId).not.toBe(mine.jobId)
  })

  test("of a job whose photos moved on gives URLs for those that wait only, and every photo's status", async () => {
    const key = crypto.randomUUID()
    const body = { files: [jpeg, jpeg, jpeg, jpeg] }
    const first = await (await createWith(key, body)).json<CreateUploadJobResponse>()
    const [cancelled = "", completed = "", processing = ""] = first.items.map(({ photoId }) => photoId)
    expect(first.items.map(({ status }) => status)).toEqual(["QUEUED", "QUEUED", "QUEUED", "QUEUED"])
    await send("DELETE", `/commands/photos/${cancelled}`, { token: user.token })
    await complete(completed)
    await rows("update photos set status = 'PROCESSING' where photo_id = $1", processing)

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
      method: "PUT",
      presignedUrl: null,
      headers: {},
      expiresAt: null,
      multipart: null,
    })
  })

  test("is forgotten after 24 hours", async () => {
    const key = crypto.randomUUID()
    const { jobId } = await (await createWith(key)).json<CreateUploadJobResponse>()
    await rows(
      "update idempotency_keys set created_at = now() - interval '25 hours' where idempotency_key = $1",
      key,
    )
    const anew = await createWith(key, { files: [png] })
    expect(anew.status).toBe(201)
    expect((await anew.json<CreateUploadJobResponse>()).jobId).not.toBe(jobId)
  })

  test.each(["", '"', '"un"quoted"', "k".repeat(256), "spaces in it", '"bell\u0007"'])(
    "that can't be one is 400: %j",
    async (key) => {
      await expectProblem(await createWith(key), 400, "malformed-idempotency-key")
    },
  )

  test("of a job that was refused for want of room can be used when there is room", async () => {
    const stranger = await newUser()
    const key = crypto.randomUUID()
    await rows("update users set quota_photos = 0 where user_id = $1", stranger.userId)
    await expectProblem(await createWith(key, { files: [jpeg] }, stranger.token), 403, "quota-exceeded")
    await rows("update users set quota_photos = 1 where user_id = $1", stranger.userId)
    expect((await createWith(key, { files: [jpeg] }, stranger.token)).status).toBe(201)
  })
})

describe("the quota", () => {
  test("is reserved at create, and a job that exceeds it is refused whole", async () => {
    const owner = await newUser()
    await rows("update users set quota_photos = 3, quota_bytes = 100 where user_id = $1", owner.userId)
    await newJob(owner, [
      { ...jpeg, bytes: 30 },
      { ...jpeg, bytes: 30 },
    ])
    const usage = () => rows("select used_bytes, used_photos from users where user_id = $1", owner.userId)
    expect(await usage()).toEqual([{ used_bytes: "60", used_photos: 2 }])
    for (const files of [[{ ...jpeg, bytes: 41 }], [jpeg, jpeg].map((file) => ({ ...file, bytes: 1 }))])
      await expectProblem(await create(files, owner.token), 403, "quota-exceeded")
    expect(await usage()).toEqual([{ used_bytes: "60", used_photos: 2 }])
  })

  test("holds against any number of jobs at once", async () => {
    const owner = await newUser()
    await rows("update users set quota_photos = 5 where user_id = $1", owner.userId)
    const answers = await Promise.all(Array.from({ length: 10 }, () => create([jpeg], owner.token)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5)
    expect(await rows("select used_photos from users where user_id = $1", owner.userId)).toEqual([
      { used_photos: 5 },
    ])
  })
})

describe("a dry run", () => {
  test("gives each file's verdict and writes nothing", async () => {
    const owner = await newUser()
    const sha256 = "cd".repeat(32)
    const { items } = await newJob(owner, [{ ...jpeg, sha256 }])
    const photoId = items[0]?.photoId ?? ""
    await rows(`update photos set checksum = '${sha256}' where photo_id = $1`, photoId)
    await complete(photoId)
    const response = await send("POST", path, {
      token: owner.token,
      body: {
        dryRun: true,
        files: [
          jpeg,
          { ...jpeg, filename: "again.jpg", sha256: sha256.toUpperCase() },
          { ...jpeg, bytes: 100 * 1024 * 1024 + 1 },
          { ...jpeg, mimeType: "text/html" },
          { ...jpeg, filename: "../x.jpg" },
        ],
      },
    })
    expect(response.status).toBe(200)
    const answer = await response.json<DryRunResponse>()
    expect(answer.isWithinQuota).toBe(true)
    expect(
      answer.items.map(({ verdict, duplicateOf, reason }) => [verdict, duplicateOf, reason?.code]),
    ).toEqual([
      ["accepted", null, undefined],
      ["duplicate", photoId, undefined],
      ["refused", null, "file_too_large"],
      ["refused", null, "type_refused"],
      ["refused", null, "filename_refused"],
    ])
    expect(await rows("select count(*)::int from photos where user_id = $1", owner.userId)).toEqual([
      { count: 1 },
    ])
  })
})

describe("limits", () => {
  test("a burst of jobs above ten is 429 and says when to come back", async () => {
    const owner = await newUser()
    const variables = { CREATE_JOBS_PER_MINUTE: "10" }
    const once = () => send("POST", path, { token: owner.token, body: { files: [jpeg] }, variables })
    const first = await once()
    expect(first.headers.get("ratelimit-policy")).toBe('"create-upload-job";q=10;w=60')
    expect(first.headers.get("ratelimit")).toBe('"create-upload-job";r=9;t=6')
    const statuses: number[] = []
    for (let count = 2; count <= 10; count += 1) statuses.push((await once()).status)
    expect(new Set(statuses)).toEqual(new Set([201]))
    const refused = await once()
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0)
    await expectProblem(refused, 429, "rate-limited")
  })

  test("while the database is busy no upload is promised, and queries still work", async () => {
    const variables = { MAX_DATABASE_LOAD: "0.000001" }
    const environment = variablesOf(variables)
    // The first request is let through and takes a sample behind the caller's back.
    const response = await vi.waitFor(async () => {
      const answer = await send("POST", path, {
        token: user.token,
        body: { files: [jpeg] },
        env: environment,
      })
      expect(answer.status).toBe(503)
      return answer
    })
    expect(response.headers.get("retry-after")).toBe("10")
    await expectProblem(response, 503, "overloaded")
    const query = await send("GET", "/queries/upload-jobs", { token: user.token, env: environment })
    expect(query.status).toBe(200)
  })
})

describe("rows", () => {
  test("the command is in the audit log, which nobody can change", async () => {
    const { jobId } = await newJob(user)
    expect(await rows("select user_id, action, outcome from audit_log where job_id = $1", jobId)).toEqual([
      { user_id: user.userId, action: "create-upload-job", outcome: "created" },
    ])
    for (const change of [
      "update audit_log set outcome = 'x' where job_id = $1",
      "delete from audit_log where job_id = $1",
    ])
      await expect(rows(change, jobId)).rejects.toThrow("append-only")
  })

  test("job, photos and their events are written together, with the caller's trace", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c"
    const response = await send("POST", path, {
      token: user.token,
      body: { files: [jpeg, png] },
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    })
    const { jobId } = await response.json<CreateUploadJobResponse>()
    expect(
      await rows("select status, total_count, user_id from upload_jobs where job_id = $1", jobId),
    ).toEqual([{ status: "QUEUED", total_count: 2, user_id: user.userId }])
    const photos = await rows("select * from photos where job_id = $1 order by photo_id", jobId)
    expect(photos).toMatchObject([
      {
        filename: "IMG_001.jpg",
        mime_type: "image/jpeg",
        bytes: "2457811",
        status: "QUEUED",
        expected_sha256: null,
      },
      { filename: "IMG_002.png", mime_type: "image/png", status: "QUEUED", expected_sha256: png.sha256 },
    ])
    for (const photo of photos) expect(photo.traceparent).toContain(traceId)
    expect(await rows("select type from outbox_events where job_id = $1 order by sequence", jobId)).toEqual([
      { type: "UploadJobCreated" },
      { type: "PhotoQueued" },
      { type: "PhotoQueued" },
    ])
  })

  test("a refused job leaves none", async () => {
    const stranger = await newUser()
    await create([jpeg, { ...jpeg, bytes: 0 }], stranger.token)
    expect(await rows("select job_id from upload_jobs where user_id = $1", stranger.userId)).toEqual([])
    expect(await rows("select type from outbox_events where user_id = $1", stranger.userId)).toEqual([])
  })

  test("a filename that looks like SQL is a filename", async () => {
    const filename = "'; drop table photos; -- $1 ''.jpg"
    const { jobId } = await (await create([{ ...jpeg, filename }])).json<CreateUploadJobResponse>()
    expect(await rows("select filename from photos where job_id = $1", jobId)).toEqual([{ filename }])
  })
})

describe("validation", () => {
  test.each([
    ["an empty file", { ...jpeg, bytes: 0 }, "bytes", "file_empty"],
    ["a file above the limit", { ...jpeg, bytes: 100 * 1024 * 1024 + 1 }, "bytes", "file_too_large"],
    ["a type that is not a photo's", { ...jpeg, mimeType: "image/svg+xml" }, "mimeType", "type_refused"],
    ["a path for a filename", { ...jpeg, filename: "../../x.jpg" }, "filename", "filename_refused"],
    ["a fraction of a byte", { ...jpeg, bytes: 1.5 }, "bytes", "invalid_type"],
    ["a negative size", { ...jpeg, bytes: -1 }, "bytes", "too_small"],
    ["a checksum that is none", { ...jpeg, sha256: "xyz" }, "sha256", "invalid_format"],
  ])("%s is refused with a pointer to it", async (_, file, field, code) => {
    const problem = await expectProblem(await create([jpeg, file]), 422, "validation-failed")
    expect(problem.errors).toEqual([{ pointer: `#/files/1/${field}`, code, detail: expect.any(String) }])
  })

  test("a job of no file and one of 501 are refused", async () => {
    await expectProblem(await create([]), 422, "validation-failed")
    await expectProblem(await create(Array.from({ length: 501 }, () => jpeg)), 422, "validation-failed")
  })

  test("a body that is not JSON, or does not say so, is refused", async () => {
    const headers = { authorization: `Bearer ${user.token}`, "content-type": "application/json" }
    const broken = await send("POST", path, { headers })
    await expectProblem(broken, 400, "malformed-body")
    const form = await send("POST", path, {
      token: user.token,
      body: {},
      headers: { "content-type": "application/x-www-form-urlencoded" },
    })
    await expectProblem(form, 415, "unsupported-media-type")
  })

  test("a body above the cap is refused", async () => {
    const files = Array.from({ length: 500 }, () => ({ ...jpeg, filename: `${"x".repeat(3000)}.jpg` }))
    await expectProblem(await create(files), 413, "body-too-large")
  })
})

describe("authentication and authorization", () => {
  test("without a token it is 401 and says how to get one", async () => {
    const response = await send("POST", path, { body: { files: [jpeg] } })
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="rapid-photo-upload"')
    await expectProblem(response, 401, "unauthenticated")
  })

  test("a token that may only read is 403", async () => {
    const response = await create([jpeg], await forgeToken({ scope: "photos:read" }))
    expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"')
    await expectProblem(response, 403, "insufficient-scope")
  })

  test("a token of a user who is gone is 401 and writes nothing", async () => {
    await expectProblem(await create([jpeg], await forgeToken()), 401, "unauthenticated")
  })
})
