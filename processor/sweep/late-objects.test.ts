import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest"
import { testStorage } from "../../local/test-environment.ts"
import { openSweepFixture, type SweepFixture } from "./testing/sweep-fixture.ts"

let fixture: SweepFixture
beforeAll(async () => {
  fixture = await openSweepFixture({ ...inject("environment"), ...testStorage })
}, 120_000)
afterAll(() => fixture?.close())
beforeEach(() => fixture.removePhotos())

const minute = 60_000
const hour = 60 * minute

/** A photo that expired `ageMs` ago. Its job is finished and its quota is released. */
const expiredPhoto = async (ageMs = 5 * minute) => {
  const [photo] = await fixture.addPhotos(1, { status: "FAILED", failureReason: "EXPIRED", ageMs })
  if (!photo) throw new Error("no photo")
  return photo
}
const stateOf = async (photoId: string) => {
  const [state] = await fixture.rows`
    select p.status, p.failure_reason as reason, p.failure_detail as detail, j.status as job, j.failed_count as failed,
      u.used_bytes::int as bytes, u.used_photos as photos
    from photos p join upload_jobs j using (job_id) join users u on u.user_id = p.user_id
    where p.photo_id = ${photoId}`
  return state
}
const eventsOf = async (jobId: string) =>
  (await fixture.rows`select type from outbox_events where job_id = ${jobId} order by sequence`).map(
    ({ type }) => type,
  )

describe("an object whose photo has expired and whose event was lost", () => {
  test("is recovered: the photo is processed, its job reopened, its quota reserved again", async () => {
    const { photoId, jobId, s3Key } = await expiredPhoto()
    await fixture.putObject(s3Key)

    await fixture.sweep()

    expect(await stateOf(photoId)).toEqual({
      status: "PROCESSING",
      reason: null,
      detail: null,
      job: "IN_PROGRESS",
      failed: 0,
      bytes: 1000,
      photos: 1,
    })
    expect(await fixture.receiveKeys()).toEqual([s3Key])
    expect(await eventsOf(jobId)).toEqual(["UploadJobCreated", "UploadJobReopened", "PhotoReprocessing"])
  })

  test("is removed when the quota is exhausted", async () => {
    const { photoId, s3Key } = await expiredPhoto()
    await fixture.rows`
      update users set quota_bytes = 999 where user_id = (select user_id from photos where photo_id = ${photoId})`
    await fixture.putObject(s3Key)

    await fixture.sweep()

    expect(await fixture.hasObject(s3Key)).toBe(false)
    expect(await stateOf(photoId)).toMatchObject({
      status: "FAILED",
      reason: "EXPIRED",
      detail: expect.stringContaining("quota was exhausted"),
      job: "FAILED",
      bytes: 0,
      photos: 0,
    })
    expect(await fixture.receiveKeys()).toEqual([])
  })

  test("is found by the listing when it arrives after the last visit", async () => {
    const { photoId, s3Key } = await expiredPhoto(2 * hour)
    await fixture.sweep()
    const [visited] = await fixture.rows`select objects_removed_at from photos where photo_id = ${photoId}`
    expect(visited?.objects_removed_at).not.toBeNull()

    await fixture.putObject(s3Key)
    await fixture.sweep()
    await fixture.sweep()
    expect(await stateOf(photoId)).toMatchObject({ status: "PROCESSING", bytes: 1000, photos: 1 })
  })

  test("is removed when the owner deleted the photo", async () => {
    const { photoId, s3Key } = await expiredPhoto()
    await fixture.rows`update photos set deleted_at = now() where photo_id = ${photoId}`
    await fixture.putObject(s3Key)
    await fixture.sweep()
    expect(await fixture.hasObject(s3Key)).toBe(false)
    expect(await stateOf(photoId)).toMatchObject({ status: "FAILED", bytes: 0, photos: 0 })
  })
})
