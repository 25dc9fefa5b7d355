import { beforeEach, describe, expect, test } from "vitest"
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
import type { DryRunResponse } from "./schema.ts"

let user: TestUser
beforeEach(async () => {
  user = await newUser()
})

const sha256 = "ab".repeat(32)
const same = { ...jpeg(), sha256 }
const other = { ...jpeg(), sha256: "cd".repeat(32) }

/** Stores a photo with the checksum, as the processor does. */
const newStoredPhoto = async (checksum = sha256): Promise<string> => {
  const { items } = await newJob(user, [jpeg()])
  const photoId = items[0]?.photoId ?? ""
  await rows(`update photos set checksum = '${checksum}' where photo_id = $1`, photoId)
  await complete(photoId)
  return photoId
}

const statusesOf = (items: readonly { status: string; duplicateOf: string | null }[]) =>
  items.map(({ status, duplicateOf }) => [status, duplicateOf])

const jobOf = (jobId: string) =>
  rows(
    `select status, total_count, duplicate_count, completed_at is not null as is_ended
     from upload_jobs where job_id = $1`,
    jobId,
  )

const usedPhotos = async () => {
  const [row] = await rows("select used_photos from users where user_id = $1", user.userId)
  return row?.used_photos
}

describe("a file with the bytes of a stored photo", () => {
  test("becomes a DUPLICATE without URL, quota and object", async () => {
    const stored = await newStoredPhoto()
    const { jobId, items } = await newJob(user, [same, other, { ...same, sha256: sha256.toUpperCase() }])
    expect(statusesOf(items)).toEqual([
      ["DUPLICATE", stored],
      ["QUEUED", null],
      ["DUPLICATE", stored],
    ])
    expect(items[0]).toMatchObject({ presignedUrl: null, headers: {}, expiresAt: null, multipart: null })
    expect(await jobOf(jobId)).toEqual([
      { status: "IN_PROGRESS", total_count: 3, duplicate_count: 2, is_ended: false },
    ])
    expect(await usedPhotos()).toBe(2)
  })

  test("has an event, a timeline and a place in the job's snapshot", async () => {
    const stored = await newStoredPhoto()
    const { jobId, items } = await newJob(user, [same])
    const photoId = items[0]?.photoId ?? ""
    const events = await rows(
      "select type, data from outbox_events where job_id = $1 order by sequence",
      jobId,
    )
    const counts = { totalCount: 1, completedCount: 0, failedCount: 0, cancelledCount: 0, duplicateCount: 1 }
    expect(events).toEqual([
      { type: "UploadJobCreated", data: { status: "COMPLETED", totalCount: 1 } },
      { type: "PhotoDuplicateFound", data: { status: "DUPLICATE", bytes: 12, duplicateOf: stored } },
      { type: "UploadJobCompleted", data: { status: "COMPLETED", ...counts } },
    ])
    const timeline = await send("GET", `/queries/photos/${photoId}/timeline`, { token: user.token })
    const { entries } = await timeline.json<{ entries: { kind: string }[] }>()
    expect(entries.map(({ kind }) => kind)).toEqual(["QUEUED", "DUPLICATE"])
    const snapshot = await send("GET", `/queries/upload-jobs/${jobId}`, { token: user.token })
    expect(await snapshot.json()).toMatchObject({
      ...counts,
      status: "COMPLETED",
      terminal: true,
      progress: 100,
      items: [{ photoId, status: "DUPLICATE", duplicateOf: stored, progress: 100 }],
    })
  })

  test("is created also when the quota is exhausted", async () => {
    await newStoredPhoto()
    await rows("update users set quota_photos = 0 where user_id = $1", user.userId)
    const { items } = await newJob(user, [same])
    expect(items[0]?.status).toBe("DUPLICATE")
    const response = await send("POST", "/commands/upload-jobs", {
      token: user.token,
      body: { files: [same, other] },
    })
    await expectProblem(response, 403, "quota-exceeded")
  })

  test("is uploaded if that photo is deleted, is not COMPLETED or belongs to another user", async () => {
    const stored = await newStoredPhoto()
    await send("DELETE", `/commands/photos/${stored}`, { token: user.token })
    expect((await newJob(user, [same])).items[0]?.status).toBe("QUEUED")
    const failed = await newStoredPhoto(other.sha256)
    await rows("update photos set status = 'FAILED', failure_reason = 'CORRUPT' where photo_id = $1", failed)
    expect((await newJob(user, [other])).items[0]?.status).toBe("QUEUED")
    const owner = await newUser()
    await newStoredPhoto()
    expect((await newJob(owner, [same])).items[0]?.status).toBe("QUEUED")
  })

  test("is uploaded with allowDuplicates", async () => {
    await newStoredPhoto()
    const { jobId, items } = await newJob(user, [same, same], { allowDuplicates: true })
    expect(items.map(({ status }) => status)).toEqual(["QUEUED", "QUEUED"])
    expect(await rows("select allows_duplicates from upload_jobs where job_id = $1", jobId)).toEqual([
      { allows_duplicates: true },
    ])
  })

  test("is answered again for a repeated request", async () => {
    const stored = await newStoredPhoto()
    const repeat = () =>
      send("POST", "/commands/upload-jobs", {
        token: user.token,
        headers: { "idempotency-key": "once" },
        body: { files: [same] },
      })
    const first = await (await repeat()).json()
    expect(first).toMatchObject({ items: [{ status: "DUPLICATE", duplicateOf: stored }] })
    expect(await (await repeat()).json()).toEqual(first)
  })

  test("is omitted from lists of photos unless its status is asked for", async () => {
    const stored = await newStoredPhoto()
    const { items } = await newJob(user, [{ ...same, filename: "again.jpg" }])
    const photoId = items[0]?.photoId ?? ""
    await send("POST", `/commands/photos/${photoId}/tags`, { token: user.token, body: { labels: ["sea"] } })
    const listed = async (query: string) => {
      const response = await send("GET", `/queries/photos${query}`, { token: user.token })
      const page = await response.json<{ items: { photoId: string }[] }>()
      return page.items.map((item) => item.photoId)
    }
    expect(await listed("")).toEqual([stored])
    expect(await listed("?tag=sea")).toEqual([])
    expect(await listed("?q=again")).toEqual([])
    for (const query of ["?", "?q=again&", "?tag=sea&"])
      expect(await listed(`${query}status=DUPLICATE`)).toEqual([photoId])
  })
})

describe("a file with the bytes of an earlier file of the request", () => {
  test("becomes a DUPLICATE of that file's photo", async () => {
    const { items } = await newJob(user, [jpeg(), same, same, same])
    const original = items[1]?.photoId
    expect(statusesOf(items)).toEqual([
      ["QUEUED", null],
      ["QUEUED", null],
      ["DUPLICATE", original],
      ["DUPLICATE", original],
    ])
    expect(await usedPhotos()).toBe(2)
  })

  test("waits for its upload if that photo is cancelled or fails, and the next one becomes its duplicate", async () => {
    const { jobId, items } = await newJob(user, [same, same, same])
    const [first = "", second = "", third = ""] = items.map(({ photoId }) => photoId)
    await send("DELETE", `/commands/photos/${first}`, { token: user.token })
    const states = async () =>
      (await rows("select status, duplicate_of from photos where job_id = $1 order by photo_id", jobId)).map(
        (row) => [row.status, row.duplicate_of],
      )
    expect(await states()).toEqual([
      ["CANCELLED", null],
      ["QUEUED", null],
      ["DUPLICATE", second],
    ])
    expect(await usedPhotos()).toBe(1)
    expect(await jobOf(jobId)).toEqual([
      { status: "IN_PROGRESS", total_count: 3, duplicate_count: 1, is_ended: false },
    ])
    const renewed = await send("POST", `/commands/upload-jobs/${jobId}/renew`, { token: user.token })
    expect(await renewed.json()).toMatchObject({
      items: [{ photoId: second, presignedUrl: expect.any(String) }],
    })
    await send("DELETE", `/commands/photos/${second}`, { token: user.token })
    expect((await states())[2]).toEqual(["QUEUED", null])
    const events = await rows("select type from outbox_events where photo_id = $1 order by sequence", third)
    expect(events.map(({ type }) => type)).toEqual(["PhotoDuplicateFound", "PhotoRequeued"])
  })

  test("is cancelled with its job", async () => {
    const stored = await newStoredPhoto(other.sha256)
    const { jobId, items } = await newJob(user, [same, same, other])
    await send("POST", `/commands/upload-jobs/${jobId}/cancel`, { token: user.token })
    const states = await rows("select status from photos where job_id = $1 order by photo_id", jobId)
    expect(states.map(({ status }) => status)).toEqual(["CANCELLED", "CANCELLED", "DUPLICATE"])
    expect(items[2]?.duplicateOf).toBe(stored)
    expect(await jobOf(jobId)).toEqual([
      { status: "COMPLETED", total_count: 3, duplicate_count: 1, is_ended: true },
    ])
    expect(await usedPhotos()).toBe(1)
  })

  test("is deleted like a stored photo", async () => {
    const { items } = await newJob(user, [same, same])
    const [first = "", second = ""] = items.map(({ photoId }) => photoId)
    const response = await send("DELETE", `/commands/photos/${second}`, { token: user.token })
    expect(await response.json()).toEqual({ photoId: second, status: "DUPLICATE", isDeleted: true })
    await send("DELETE", `/commands/photos/${first}`, { token: user.token })
    expect(await rows("select status from photos where photo_id = $1", second)).toEqual([
      { status: "DUPLICATE" },
    ])
    expect(await usedPhotos()).toBe(0)
  })
})

describe("a dry run", () => {
  test("names duplicates of stored photos and of earlier files", async () => {
    const stored = await newStoredPhoto()
    const check = async (more: object) => {
      const body = { dryRun: true, files: [same, other, other, jpeg()], ...more }
      const response = await send("POST", "/commands/upload-jobs", { token: user.token, body })
      const { items } = await response.json<DryRunResponse>()
      return items.map(({ result, duplicateOf }) => [result, duplicateOf])
    }
    expect(await check({})).toEqual([
      ["duplicate", stored],
      ["accepted", null],
      ["duplicate", null],
      ["accepted", null],
    ])
    const accepted = Array.from({ length: 4 }, () => ["accepted", null])
    expect(await check({ allowDuplicates: true })).toEqual(accepted)
  })
})
