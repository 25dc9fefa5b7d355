import { beforeAll, describe, expect, test } from "vitest"
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
  test("every file gets a presigned PUT, in the order of the request", async () => {
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

  test("the URL is bound to type, length, absence of the object and the declared checksum, and contains its expiry", async () => {
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

  test("a media type alias, and an empty type with a photo extension, are normalized", async () => {
    const response = await create([
      { ...jpeg, mimeType: "image/jpg" },
      { ...jpeg, mimeType: "image/pjpeg" },
      { ...jpeg, mimeType: "image/x-png", filename: "a.png" },
      { ...jpeg, mimeType: "image/heic-sequence", filename: "a.heic" },
      { ...jpeg, mimeType: "", filename: "IMG_0412.HEIC" },
    ])
    expect(response.status).toBe(201)
    const { items } = await response.json<CreateUploadJobResponse>()
    const types = ["image/jpeg", "image/jpeg", "image/png", "image/heic", "image/heic"]
    expect(items.map(({ headers }) => headers?.["content-type"])).toEqual(types)
    const stored = await rows(
      "select mime_type from photos where photo_id = any (string_to_array($1, ',')) order by photo_id",
      items.map(({ photoId }) => photoId).join(","),
    )
    expect(stored.map(({ mime_type }) => mime_type)).toEqual(types)
  })

  test("a job accepts 500 files", async () => {
    const response = await create(Array.from({ length: 500 }, () => jpeg))
    expect(response.status).toBe(201)
  })
})

describe("a file larger than one part", () => {
  test("gets a multipart upload that is not opened yet", async () => {
    const { items } = await newJob(user, [{ ...jpeg, bytes: 20 * 1024 * 1024 }, jpeg])
    expect(items[0]).toEqual({
      photoId: expect.any(String),
      status: "QUEUED",
      method: "PUT",
      duplicateOf: null,
      presignedUrl: null,
      headers: {},
      expiresAt: null,
      multipart: { partSize: 8 * 1024 * 1024, partCount: 3, uploadId: null },
    })
    expect(items[1]?.multipart).toBeNull()
  })

  test("has the part size that the client chose, from 5 to 64 MiB", async () => {
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

describe("a dry run", () => {
  test("returns a result for each file and writes nothing", async () => {
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
    const result = await response.json<DryRunResponse>()
    expect(result.isWithinQuota).toBe(true)
    expect(
      result.items.map(({ result, duplicateOf, reason }) => [result, duplicateOf, reason?.code]),
    ).toEqual([
      ["accepted", null, undefined],
      ["duplicate", photoId, undefined],
      ["rejected", null, "file_too_large"],
      ["rejected", null, "type_unsupported"],
      ["rejected", null, "filename_invalid"],
    ])
    expect(await rows("select count(*)::int from photos where user_id = $1", owner.userId)).toEqual([
      { count: 1 },
    ])
  })
})

describe("rows", () => {
  test("the command is in the audit log, which cannot be changed", async () => {
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

  test("a rejected job leaves no rows", async () => {
    const otherUser = await newUser()
    await create([jpeg, { ...jpeg, bytes: 0 }], otherUser.token)
    expect(await rows("select job_id from upload_jobs where user_id = $1", otherUser.userId)).toEqual([])
    expect(await rows("select type from outbox_events where user_id = $1", otherUser.userId)).toEqual([])
  })

  test("a filename that looks like SQL is stored unchanged", async () => {
    const filename = "'; drop table photos; -- $1 ''.jpg"
    const { jobId } = await (await create([{ ...jpeg, filename }])).json<CreateUploadJobResponse>()
    expect(await rows("select filename from photos where job_id = $1", jobId)).toEqual([{ filename }])
  })
})

describe("validation", () => {
  test.each([
    ["an empty file", { ...jpeg, bytes: 0 }, "bytes", "file_empty"],
    ["a file above the limit", { ...jpeg, bytes: 100 * 1024 * 1024 + 1 }, "bytes", "file_too_large"],
    [
      "a media type that is not a photo",
      { ...jpeg, mimeType: "image/svg+xml" },
      "mimeType",
      "type_unsupported",
    ],
    ["a path as the filename", { ...jpeg, filename: "../../x.jpg" }, "filename", "filename_invalid"],
    ["a fractional number of bytes", { ...jpeg, bytes: 1.5 }, "bytes", "invalid_type"],
    ["a negative size", { ...jpeg, bytes: -1 }, "bytes", "too_small"],
    ["a malformed checksum", { ...jpeg, sha256: "xyz" }, "sha256", "invalid_format"],
  ])("%s is rejected with a pointer to the field", async (_, file, field, code) => {
    const problem = await expectProblem(await create([jpeg, file]), 422, "validation-failed")
    expect(problem.errors).toEqual([{ pointer: `#/files/1/${field}`, code, detail: expect.any(String) }])
  })

  test("a job without files and a job of 501 files are rejected", async () => {
    await expectProblem(await create([]), 422, "validation-failed")
    await expectProblem(await create(Array.from({ length: 501 }, () => jpeg)), 422, "validation-failed")
  })

  test("a body that is not JSON, or not declared as JSON, is rejected", async () => {
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

  test("a body above the limit is rejected", async () => {
    const files = Array.from({ length: 500 }, () => ({ ...jpeg, filename: `${"x".repeat(3000)}.jpg` }))
    await expectProblem(await create(files), 413, "body-too-large")
  })
})

describe("authentication and authorization", () => {
  test("without a token it is 401 with WWW-Authenticate", async () => {
    const response = await send("POST", path, { body: { files: [jpeg] } })
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="rapid-photo-upload"')
    await expectProblem(response, 401, "unauthenticated")
  })

  test("a read-only token is 403", async () => {
    const response = await create([jpeg], await forgeToken({ scope: "photos:read" }))
    expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"')
    await expectProblem(response, 403, "insufficient-scope")
  })

  test("a token of a deleted user is 401 and writes nothing", async () => {
    await expectProblem(await create([jpeg], await forgeToken()), 401, "unauthenticated")
  })
})
