import { beforeAll, beforeEach, describe, expect, test } from "vitest"
import {
  complete,
  duringChange,
  expectProblem,
  jpeg,
  newJob,
  newUser,
  put,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import { newQueue, type TestQueue } from "../../testing/test-queue.ts"
import type { FinalizeUploadJobResponse } from "./schema.ts"

const mebibyte = 1024 * 1024
const unknownPhotoId = `ph_${"0".repeat(26)}`

let user: TestUser
let queue: TestQueue
beforeAll(async () => {
  user = await newUser()
})
beforeEach(async () => {
  queue = await newQueue()
})

const finalize = (jobId: string, body?: object, variables = queue.variables, token = user.token) =>
  send("POST", `/commands/upload-jobs/${jobId}/finalize`, { token, variables, ...(body && { body }) })

const outcomes = async (pending: Promise<Response>) => {
  const response = await pending
  expect(response.status).toBe(200)
  const { items } = await response.json<FinalizeUploadJobResponse>()
  return items.map(({ photoId, outcome, status }) => [photoId, outcome, status])
}

const jobOf = async (count: number) => {
  const { jobId, items } = await newJob(
    user,
    Array.from({ length: count }, () => jpeg()),
  )
  return { jobId, items, photoIds: items.map(({ photoId }) => photoId) }
}

const keyOf = (photoId: string) => `test/${user.userId}/${photoId}/original`

const statuses = async (jobId: string) =>
  (await rows("select status from photos where job_id = $1 order by photo_id", jobId)).map(
    ({ status }) => status,
  )

describe("success", () => {
  test("every uploaded photo of the job becomes PROCESSING with one event and one message", async () => {
    const { jobId, items, photoIds } = await jobOf(23)
    const uploaded = items.filter((_, index) => index !== 7)
    for (const item of uploaded) expect(await put(item)).toBe(200)

    expect(await outcomes(finalize(jobId))).toEqual(
      photoIds.map((photoId, index) =>
        index === 7 ? [photoId, "object_missing", "QUEUED"] : [photoId, "finalized", "PROCESSING"],
      ),
    )
    expect((await queue.receiveKeys()).sort()).toEqual(uploaded.map(({ photoId }) => keyOf(photoId)))
    const events = await rows(
      "select photo_id from outbox_events where job_id = $1 and type = 'PhotoUploadCompleted'",
      jobId,
    )
    expect(events).toHaveLength(22)
    expect(await rows("select status, version::int from upload_jobs where job_id = $1", jobId)).toEqual([
      { status: "IN_PROGRESS", version: 2 },
    ])
    const stored = await rows(
      "select distinct etag from photos where job_id = $1 and etag is not null",
      jobId,
    )
    expect(stored).toEqual([{ etag: expect.stringMatching(/^[0-9a-f]{32}$/) }])
  })

  test("a list limits the call to its photos and reports ids that the job does not have", async () => {
    const { jobId, items, photoIds } = await jobOf(4)
    const [first = "", second = "", third = ""] = photoIds
    const other = await jobOf(1)
    const otherJobsPhotoId = other.photoIds[0] ?? ""
    for (const item of [...items, ...other.items]) await put(item)
    await send("POST", `/commands/upload/${third}/finalize`, {
      token: user.token,
      variables: queue.variables,
    })

    const requestedIds = [third, otherJobsPhotoId, second, unknownPhotoId]
    expect(await outcomes(finalize(jobId, { photoIds: requestedIds }))).toEqual([
      [third, "unchanged", "PROCESSING"],
      [otherJobsPhotoId, "not_found", null],
      [second, "finalized", "PROCESSING"],
      [unknownPhotoId, "not_found", null],
    ])
    expect(await statuses(jobId)).toEqual(["QUEUED", "PROCESSING", "PROCESSING", "QUEUED"])
    expect(await statuses(other.jobId)).toEqual(["QUEUED"])
    expect(await outcomes(finalize(jobId, { photoIds: [first] }))).toEqual([
      [first, "finalized", "PROCESSING"],
    ])
  })

  test("objects of the user's earlier and later jobs have no effect", async () => {
    const before = await jobOf(2)
    const { jobId, items } = await jobOf(2)
    const after = await jobOf(2)
    for (const item of [...before.items, ...items, ...after.items]) await put(item)
    expect(await outcomes(finalize(jobId))).toHaveLength(2)
    expect(await statuses(before.jobId)).toEqual(["QUEUED", "QUEUED"])
    expect(await statuses(after.jobId)).toEqual(["QUEUED", "QUEUED"])
  })

  test("finished photos keep their status", async () => {
    const { jobId, items, photoIds } = await jobOf(2)
    const [cancelled = "", completed = ""] = photoIds
    for (const item of items) await put(item)
    await send("DELETE", `/commands/photos/${cancelled}`, { token: user.token })
    await complete(completed)
    expect(await outcomes(finalize(jobId, { photoIds }))).toEqual([
      [cancelled, "unchanged", "CANCELLED"],
      [completed, "unchanged", "COMPLETED"],
    ])
    expect(await queue.receiveKeys()).toEqual([])
  })

  test("a multipart photo is unchanged and reported as `multipart`", async () => {
    const files = [jpeg(), jpeg(12 * mebibyte)]
    const { jobId, items } = await newJob(user, files, { partSize: 5 * mebibyte })
    const [single, inParts] = items
    if (!single || !inParts) throw new Error("no items")
    await put(single)
    expect(await outcomes(finalize(jobId))).toEqual([
      [single.photoId, "finalized", "PROCESSING"],
      [inParts.photoId, "multipart", "QUEUED"],
    ])
  })

  test("a photo that a worker claims concurrently is unchanged and PROCESSING", async () => {
    const { jobId, items, photoIds } = await jobOf(1)
    for (const item of items) await put(item)
    const claim =
      "update photos set status = 'PROCESSING', etag = 'e', lease_expires_at = now() + interval '1 minute' where job_id = $1"
    const response = duringChange(claim, jobId, () => finalize(jobId))
    expect(await outcomes(response)).toEqual([[photoIds[0], "unchanged", "PROCESSING"]])
    expect(await queue.receiveKeys()).toEqual([])
  })

  test("repeating the call sends no second message", async () => {
    const { jobId, items, photoIds } = await jobOf(3)
    for (const item of items) await put(item)
    for (let call = 0; call < 5; call += 1) await finalize(jobId, { photoIds })
    expect(await queue.receiveKeys()).toHaveLength(3)
  })

  test("messages that the queue did not accept are sent by the next call", async () => {
    const { jobId, items } = await jobOf(12)
    for (const item of items) await put(item)
    const missing = { SQS_QUEUE_URL: `${queue.variables.SQS_QUEUE_URL}-missing` }
    await expectProblem(await finalize(jobId, undefined, missing), 503, "queue-unavailable")
    expect(await outcomes(finalize(jobId))).toHaveLength(12)
    expect(await queue.receiveKeys()).toHaveLength(12)
  })
})

describe("failure", () => {
  test("another user's job is 404 and keeps its status", async () => {
    const otherUser = await newUser()
    const { jobId, items } = await jobOf(1)
    for (const item of items) await put(item)
    const response = await finalize(jobId, undefined, queue.variables, otherUser.token)
    await expectProblem(response, 404, "not-found")
    expect(await statuses(jobId)).toEqual(["QUEUED"])
  })

  test("malformed photo ids are 422", async () => {
    const { jobId } = await jobOf(1)
    const problem = await expectProblem(
      await finalize(jobId, { photoIds: ["ph_1"] }),
      422,
      "validation-failed",
    )
    expect(problem.errors).toMatchObject([{ pointer: "#/photoIds/0" }])
    await expectProblem(await finalize(jobId, { photoIds: [] }), 422, "validation-failed")
  })
})
