import { beforeAll, describe, expect, test } from "vitest"
import {
  complete,
  expectProblem,
  newPhoto,
  newUser,
  put,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const cancel = (photoId: string, token = user.token) =>
  send("DELETE", `/commands/photos/${photoId}`, { token })
const finalize = (photoId: string) =>
  send("POST", `/commands/upload/${photoId}/finalize`, { token: user.token })
const jobOf = (photoId: string) =>
  rows(
    `select j.status, j.cancelled_count, j.completed_at is not null as is_finished
     from upload_jobs j join photos using (job_id) where photo_id = $1`,
    photoId,
  )
const usageOf = (owner: TestUser) =>
  rows("select used_photos, used_bytes::int from users where user_id = $1", owner.userId)

describe("an unfinished photo", () => {
  test("is cancelled, its quota is released, and its job finishes if it was the last photo", async () => {
    const owner = await newUser()
    const { photoId } = await newPhoto(owner)
    const response = await cancel(photoId, owner.token)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ photoId, status: "CANCELLED", isDeleted: false })
    expect(await jobOf(photoId)).toEqual([{ status: "CANCELLED", cancelled_count: 1, is_finished: true }])
    expect(await usageOf(owner)).toEqual([{ used_photos: 0, used_bytes: 0 }])
    expect(
      await rows("select type from outbox_events where user_id = $1 order by sequence", owner.userId),
    ).toEqual([
      { type: "UploadJobCreated" },
      { type: "PhotoQueued" },
      { type: "PhotoCancelled" },
      { type: "UploadJobCompleted" },
    ])
    expect(await rows("select action, outcome from audit_log where photo_id = $1", photoId)).toEqual([
      { action: "cancel-photo", outcome: "cancelled" },
    ])
  })

  test("is cancelled once by repeated requests", async () => {
    const { photoId } = await newPhoto(user)
    await Promise.all([cancel(photoId), cancel(photoId), cancel(photoId)])
    expect(await (await cancel(photoId)).json()).toEqual({ photoId, status: "CANCELLED", isDeleted: false })
    expect(await jobOf(photoId)).toEqual([{ status: "CANCELLED", cancelled_count: 1, is_finished: true }])
  })

  test("stays cancelled when its URL is used afterwards", async () => {
    const item = await newPhoto(user)
    await cancel(item.photoId)
    await put(item)
    expect(await (await finalize(item.photoId)).json()).toEqual({
      photoId: item.photoId,
      status: "CANCELLED",
    })
    expect(await jobOf(item.photoId)).toEqual([
      { status: "CANCELLED", cancelled_count: 1, is_finished: true },
    ])
  })
})

describe("a finished photo", () => {
  test("is deleted: hidden from every query, its quota is released, and its job's counts are unchanged", async () => {
    const owner = await newUser()
    const { photoId } = await newPhoto(owner)
    await complete(photoId)
    expect(await (await cancel(photoId, owner.token)).json()).toEqual({
      photoId,
      status: "COMPLETED",
      isDeleted: true,
    })
    expect(await (await cancel(photoId, owner.token)).json()).toMatchObject({ isDeleted: true })
    for (const query of ["", "/timeline", "/download-url"]) {
      const response = await send("GET", `/queries/photos/${photoId}${query}`, { token: owner.token })
      await expectProblem(response, 404, "not-found")
    }
    const list = await send("GET", "/queries/photos", { token: owner.token })
    expect((await list.json<{ items: unknown[] }>()).items).toEqual([])
    expect(await usageOf(owner)).toEqual([{ used_photos: 0, used_bytes: 0 }])
    expect(
      await rows("select type from outbox_events where photo_id = $1 order by sequence", photoId),
    ).toEqual([{ type: "PhotoQueued" }, { type: "PhotoDeleted" }])
  })

  test("cannot be replaced by using its URL again", async () => {
    const item = await newPhoto(user)
    expect(await put(item)).toBe(200)
    await finalize(item.photoId)
    expect(await put(item, "other bytes!")).toBe(412)
  })
})
