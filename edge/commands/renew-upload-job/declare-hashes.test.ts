import { beforeEach, describe, expect, test, vi } from "vitest"
import {
  complete,
  duringChange,
  expectProblem,
  forgeToken,
  jpeg,
  newJob,
  newUser,
  put,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import type { RenewUploadJobRequest, RenewUploadJobResponse } from "./schema.ts"

let user: TestUser
beforeEach(async () => {
  user = await newUser()
})

const bytes = "twelve bytes"
const sha256Of = async (text: string) => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")
}

const ask = (jobId: string, photos: unknown, token = user.token) =>
  send("POST", `/commands/upload-jobs/${jobId}/renew`, { token, body: photos })

const renew = async (jobId: string, photos: RenewUploadJobRequest) => {
  const response = await ask(jobId, photos)
  expect(response.status).toBe(200)
  const { items } = await response.json<RenewUploadJobResponse>()
  return items
}

const newPhotos = async (count: number, more: object = {}) => {
  const { jobId, items } = await newJob(
    user,
    Array.from({ length: count }, () => jpeg()),
    more,
  )
  const [first = "", second = "", third = ""] = items.map(({ photoId }) => photoId)
  return { jobId, first, second, third }
}

const sha256 = "ab".repeat(32)

const photoOf = async (photoId: string) => {
  const [row] = await rows(
    "select status, duplicate_of, expected_sha256 from photos where photo_id = $1",
    photoId,
  )
  return row
}

describe("a photo with a hash", () => {
  test("gets a URL that accepts only content with that hash, and keeps it", async () => {
    const { jobId, first } = await newPhotos(1)
    const [item] = await renew(jobId, [{ photoId: first, sha256: (await sha256Of(bytes)).toUpperCase() }])
    if (!item) throw new Error("no item")
    expect(item.headers).toMatchObject({ "x-amz-checksum-sha256": expect.any(String) })
    expect(await photoOf(first)).toMatchObject({ expected_sha256: await sha256Of(bytes) })
    expect(await put(item, "other bytes!")).toBe(400)
    expect(await put(item, bytes)).toBe(200)
  })

  test("becomes a DUPLICATE of a stored photo, releases its quota and ends its job", async () => {
    const stored = await newPhotos(1)
    await rows(`update photos set checksum = '${sha256}' where photo_id = $1`, stored.first)
    await complete(stored.first)
    const { jobId, first } = await newPhotos(1)
    const [item] = await renew(jobId, [{ photoId: first, sha256 }])
    expect(item).toMatchObject({ status: "DUPLICATE", duplicateOf: stored.first, presignedUrl: null })
    expect(
      await rows(
        `select j.status, j.duplicate_count, u.used_photos from upload_jobs j join users u using (user_id)
         where j.job_id = $1`,
        jobId,
      ),
    ).toEqual([{ status: "COMPLETED", duplicate_count: 1, used_photos: 1 }])
    // The answer to a repeated request, whose first answer was lost.
    expect(await renew(jobId, [{ photoId: first, sha256 }])).toEqual([item])
  })

  test("becomes a DUPLICATE of another photo of the job: of the one whose hash was known first", async () => {
    const { jobId, first, second, third } = await newPhotos(3)
    await renew(jobId, [{ photoId: second, sha256 }])
    const items = await renew(jobId, [
      { photoId: third, sha256 },
      { photoId: first, sha256 },
    ])
    expect(items.map(({ photoId, status, duplicateOf }) => [photoId, status, duplicateOf])).toEqual([
      [third, "DUPLICATE", second],
      [first, "DUPLICATE", second],
    ])
  })

  test("becomes a DUPLICATE of the first photo with the same hash in the request", async () => {
    const { jobId, first, second } = await newPhotos(2)
    const items = await renew(jobId, [
      { photoId: second, sha256 },
      { photoId: first, sha256 },
    ])
    expect(items.map(({ status, duplicateOf }) => [status, duplicateOf])).toEqual([
      ["DUPLICATE", first],
      ["QUEUED", null],
    ])
  })

  test("is uploaded if its job allows duplicates", async () => {
    const { jobId, first, second } = await newPhotos(2, { allowDuplicates: true })
    const items = await renew(jobId, [
      { photoId: first, sha256 },
      { photoId: second, sha256 },
    ])
    expect(items.map(({ status }) => status)).toEqual(["QUEUED", "QUEUED"])
  })

  test("that is in S3 already keeps its status", async () => {
    const { jobId, first, second } = await newPhotos(2)
    await rows("update photos set status = 'PROCESSING', etag = 'e' where photo_id = $1", second)
    const items = await renew(jobId, [
      { photoId: first, sha256 },
      { photoId: second, sha256 },
    ])
    expect(items.map(({ status, duplicateOf }) => [status, duplicateOf])).toEqual([
      ["QUEUED", null],
      ["PROCESSING", null],
    ])
  })

  test("aborts its multipart upload when it becomes a DUPLICATE", async () => {
    const { jobId, items } = await newJob(user, [jpeg(), jpeg(12 * 1024 * 1024)], {
      partSize: 5 * 1024 * 1024,
    })
    const [small = "", large = ""] = items.map(({ photoId }) => photoId)
    const opened = await send("POST", `/commands/upload/${large}/multipart`, { token: user.token })
    const { parts } = await opened.json<{
      parts: { presignedUrl: string; headers: Record<string, string> }[]
    }>()
    const [part] = parts
    if (!part) throw new Error("no part")
    await renew(jobId, [
      { photoId: small, sha256 },
      { photoId: large, sha256 },
    ])
    await vi.waitFor(async () => expect(await put(part, new Uint8Array(5 * 1024 * 1024))).toBe(404))
  })
})

describe("a photo without a hash", () => {
  test("gets a new URL, in the order of the request", async () => {
    const { jobId, first, third } = await newPhotos(3)
    const items = await renew(jobId, [{ photoId: third }, { photoId: first }])
    expect(items.map(({ photoId }) => photoId)).toEqual([third, first])
    for (const { presignedUrl } of items) expect(presignedUrl).toContain("X-Amz-Signature")
  })
})

describe("at the same moment as the end of its original", () => {
  test("a photo is not made a duplicate of a photo that is cancelled meanwhile", async () => {
    const { jobId, first, second } = await newPhotos(2)
    await renew(jobId, [{ photoId: first, sha256 }])
    const [item] = await duringChange(
      "update photos set status = 'CANCELLED', completed_at = now() where photo_id = $1",
      first,
      () => renew(jobId, [{ photoId: second, sha256 }]),
    )
    expect(item?.status).toBe("QUEUED")
  })

  test("a duplicate that was found while its original waited to be cancelled is queued again", async () => {
    const { jobId, first, second } = await newPhotos(2)
    const cancelled = await duringChange(
      `with locked as (select photo_id from photos where photo_id = $1 for update),
         counted as (update upload_jobs set duplicate_count = 1 where job_id = '${jobId}')
       update photos p set status = 'DUPLICATE', duplicate_of = locked.photo_id from locked
       where p.photo_id = '${second}'`,
      first,
      () => send("DELETE", `/commands/photos/${first}`, { token: user.token }),
    )
    expect(cancelled.status).toBe(200)
    expect(await photoOf(second)).toMatchObject({ status: "QUEUED", duplicate_of: null })
  })
})

describe("validation", () => {
  test("a photo of another job, and another hash than before, are rejected and nothing is written", async () => {
    const { jobId, first, second } = await newPhotos(2)
    const elsewhere = await newPhotos(1)
    await renew(jobId, [{ photoId: first, sha256 }])
    const response = await ask(jobId, [
      { photoId: second, sha256 },
      { photoId: elsewhere.first },
      { photoId: first, sha256: "cd".repeat(32) },
    ])
    const problem = await expectProblem(response, 422, "validation-failed")
    expect(problem.errors).toEqual([
      { pointer: "#/1/photoId", code: "photo_unknown", detail: expect.any(String) },
      { pointer: "#/2/sha256", code: "sha256_differs", detail: expect.any(String) },
    ])
    expect(await photoOf(second)).toMatchObject({ status: "QUEUED", expected_sha256: null })
  })

  test("an empty array, a photo twice, a malformed id or hash and 501 photos are rejected", async () => {
    const { jobId, first } = await newPhotos(1)
    const invalid = [
      [],
      [{ photoId: first }, { photoId: first }],
      [{ photoId: "ph_1" }],
      [{ photoId: first, sha256: "x" }],
      Array.from({ length: 501 }, () => ({ photoId: first })),
    ]
    for (const photos of invalid) await expectProblem(await ask(jobId, photos), 422, "validation-failed")
  })
})

test("another user's job is 404, a read-only token 403, no token 401", async () => {
  const { jobId, first } = await newPhotos(1)
  const photos = [{ photoId: first, sha256 }]
  const stranger = await newUser()
  await expectProblem(await ask(jobId, photos, stranger.token), 404, "not-found")
  const reader = await forgeToken({ sub: user.userId, scope: "photos:read" })
  await expectProblem(await ask(jobId, photos, reader), 403, "insufficient-scope")
  await expectProblem(
    await send("POST", `/commands/upload-jobs/${jobId}/renew`, { body: photos }),
    401,
    "unauthenticated",
  )
  expect(await photoOf(first)).toMatchObject({ expected_sha256: null })
})
