import { beforeAll, describe, expect, test } from "vitest"
import {
  complete,
  expectProblem,
  jpeg,
  newJob,
  newPhoto,
  newUser,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import type { DeletePhotosResponse } from "./schema.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const remove = (photoIds: unknown, token = user.token) =>
  send("POST", "/commands/photos/delete", { token, body: { photoIds } })
const removed = async (photoIds: string[], token = user.token) => {
  const response = await remove(photoIds, token)
  expect(response.status).toBe(200)
  return (await response.json<DeletePhotosResponse>()).items
}
const idsOf = async (owner: TestUser, count: number, bytes = 12) =>
  (
    await newJob(
      owner,
      Array.from({ length: count }, () => jpeg(bytes)),
    )
  ).items.map(({ photoId }) => photoId)
const usageOf = (owner: TestUser) =>
  rows("select used_photos, used_bytes::int from users where user_id = $1", owner.userId)

describe("deleting many photos", () => {
  test("queues the duplicates of a cancelled photo again, except those that are deleted with it", async () => {
    const owner = await newUser()
    const same = { ...jpeg(), sha256: "ab".repeat(32) }
    const other = { ...jpeg(), sha256: "cd".repeat(32) }
    const { jobId, items } = await newJob(owner, [same, same, other, other])
    const [first = "", second = "", third = "", fourth = ""] = items.map(({ photoId }) => photoId)
    const outcomes = await removed([first, second, third], owner.token)
    expect(outcomes.map(({ outcome, status }) => [outcome, status])).toEqual([
      ["cancelled", "CANCELLED"],
      ["deleted", "DUPLICATE"],
      ["cancelled", "CANCELLED"],
    ])
    expect(await rows("select status from photos where photo_id = $1", fourth)).toEqual([
      { status: "QUEUED" },
    ])
    expect(
      await rows("select status, cancelled_count, duplicate_count from upload_jobs where job_id = $1", jobId),
    ).toEqual([{ status: "IN_PROGRESS", cancelled_count: 2, duplicate_count: 1 }])
    expect(await usageOf(owner)).toEqual([{ used_photos: 1, used_bytes: 12 }])
  })

  test("deletes finished photos and cancels the others, each with its event, quota and audit entry", async () => {
    const owner = await newUser()
    const [stored = "", failed = "", open = "", kept = ""] = await idsOf(owner, 4, 100)
    await complete(stored)
    await rows(
      "update photos set status = 'FAILED', failure_reason = 'CORRUPT', etag = 'x' where photo_id = $1",
      failed,
    )
    const [other = ""] = await idsOf(owner, 1, 7)
    await complete(other)
    const unknown = `ph_${"0".repeat(26)}`
    expect(await removed([open, unknown, stored, other, failed], owner.token)).toEqual([
      { photoId: open, outcome: "cancelled", status: "CANCELLED", isDeleted: false },
      { photoId: unknown, outcome: "not_found", status: null, isDeleted: false },
      { photoId: stored, outcome: "deleted", status: "COMPLETED", isDeleted: true },
      { photoId: other, outcome: "deleted", status: "COMPLETED", isDeleted: true },
      { photoId: failed, outcome: "deleted", status: "FAILED", isDeleted: true },
    ])
    expect(await usageOf(owner)).toEqual([{ used_photos: 1, used_bytes: 100 }])
    const events = await rows(
      `select type, photo_id from outbox_events where user_id = $1 and type in ('PhotoDeleted', 'PhotoCancelled')
       order by type, photo_id`,
      owner.userId,
    )
    expect(events).toEqual([
      { type: "PhotoCancelled", photo_id: open },
      ...[stored, failed, other].sort().map((photo_id) => ({ type: "PhotoDeleted", photo_id })),
    ])
    const audit = await rows(
      "select photo_id, outcome from audit_log where user_id = $1 and action = 'delete-photos' order by audit_id",
      owner.userId,
    )
    expect(audit).toHaveLength(4)
    expect(audit).toContainEqual({ photo_id: stored, outcome: "deleted" })
    expect(
      await rows("select action, requests from unknown_id_requests where user_id = $1", owner.userId),
    ).toEqual([{ action: "delete-photos", requests: 1 }])
    const list = await send("GET", "/queries/photos", { token: owner.token })
    const { items } = await list.json<{ items: { photoId: string }[] }>()
    expect(items.map(({ photoId }) => photoId)).toEqual([kept, open])
  })

  test("ends a job whose last photos it cancels, once", async () => {
    const { jobId, items } = await newJob(user, [jpeg(), jpeg(), jpeg()])
    await removed(items.map(({ photoId }) => photoId))
    expect(await rows("select status, cancelled_count from upload_jobs where job_id = $1", jobId)).toEqual([
      { status: "CANCELLED", cancelled_count: 3 },
    ])
    expect(
      await rows(
        "select count(*)::int from outbox_events where job_id = $1 and type = 'UploadJobCompleted'",
        jobId,
      ),
    ).toEqual([{ count: 1 }])
  })

  test("changes nothing when it is repeated, and a repeated id counts once", async () => {
    const [first = "", second = ""] = await idsOf(user, 2)
    await complete(second)
    const before = await removed([first, second, first])
    expect(before.map(({ outcome }) => outcome)).toEqual(["cancelled", "deleted"])
    const usage = await usageOf(user)
    expect(await removed([first, second])).toEqual([
      { photoId: first, outcome: "unchanged", status: "CANCELLED", isDeleted: false },
      { photoId: second, outcome: "unchanged", status: "COMPLETED", isDeleted: true },
    ])
    expect(await usageOf(user)).toEqual(usage)
  })

  test("concurrent requests for the same photos of several jobs do not deadlock and delete each photo once", async () => {
    const owner = await newUser()
    const photoIds = (await Promise.all([1, 2, 3, 4].map(() => idsOf(owner, 5)))).flat()
    for (const photoId of photoIds) await complete(photoId)
    const orders = [photoIds, photoIds.toReversed(), photoIds.toSorted(), photoIds.slice(7)]
    const answers = await Promise.all(orders.map((ids) => removed(ids, owner.token)))
    const deletions = answers.flat().filter(({ outcome }) => outcome === "deleted")
    expect(deletions.map(({ photoId }) => photoId).sort()).toEqual(photoIds.toSorted())
    expect(await usageOf(owner)).toEqual([{ used_photos: 0, used_bytes: 0 }])
  })

  test("takes 500 photos", async () => {
    const owner = await newUser()
    const photoIds = await idsOf(owner, 500)
    const items = await removed(photoIds, owner.token)
    expect(new Set(items.map(({ outcome }) => outcome))).toEqual(new Set(["cancelled"]))
    expect(await usageOf(owner)).toEqual([{ used_photos: 0, used_bytes: 0 }])
  })

  test("does not touch photos of another user", async () => {
    const { photoId } = await newPhoto(user)
    const items = await removed([photoId], (await newUser()).token)
    expect(items).toEqual([{ photoId, outcome: "not_found", status: null, isDeleted: false }])
    expect(await rows("select status from photos where photo_id = $1", photoId)).toEqual([
      { status: "QUEUED" },
    ])
  })

  test.each([
    ["no photo", []],
    ["too many photos", Array.from({ length: 501 }, (_, place) => `ph_${String(place).padStart(26, "0")}`)],
    ["a malformed id", ["ph_1"]],
  ])("rejects %s", async (_, photoIds) => {
    await expectProblem(await remove(photoIds), 422, "validation-failed")
  })
})
