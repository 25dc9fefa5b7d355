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

const statusesOf = async (photoIds: readonly string[]) => {
  const found = await fixture.rows`
    select status, failure_reason, count(*)::int from photos where photo_id = any(${[...photoIds]})
    group by status, failure_reason order by status`
  return Object.fromEntries(found.map((row) => [row.failure_reason ?? row.status, row.count]))
}
const ids = (photos: readonly { photoId: string }[]) => photos.map(({ photoId }) => photoId)
/** Makes every photo due in the next sweep. */
const makeAllDue = () => fixture.rows`update photos set last_swept_at = last_swept_at - interval '1 day'`

describe("one sweep", () => {
  test("recovers photos with lost events although thousands of abandoned photos are older", {
    timeout: 120_000,
  }, async () => {
    const abandoned = await fixture.addPhotos(1500, { status: "UPLOADING", ageMs: 3 * hour })
    const unleased = await fixture.addPhotos(700, { status: "PROCESSING", ageMs: 10 * minute })
    const lost = await fixture.addPhotos(3, { status: "QUEUED", ageMs: 5 * minute })
    for (const { s3Key } of lost) await fixture.putObject(s3Key)

    await fixture.sweep()

    expect(await statusesOf(ids(lost))).toEqual({ PROCESSING: 3 })
    expect(await statusesOf(ids(abandoned))).toEqual({ UPLOADING: 1500 })
    const sent = new Set(await fixture.receiveKeys())
    expect(sent).toEqual(new Set([...unleased, ...lost].map(({ s3Key }) => s3Key)))
  })

  test("fails hundreds of photos whose bytes never arrived", { timeout: 120_000 }, async () => {
    const abandoned = await fixture.addPhotos(600, { status: "UPLOADING", ageMs: 25 * hour })
    await fixture.sweep()
    expect(await statusesOf(ids(abandoned))).toEqual({ EXPIRED: 600 })
  })
})

describe("a PROCESSING photo without an active lease", () => {
  test("is queued again before it fails, regardless of its age", async () => {
    const photos = await fixture.addPhotos(2, { status: "PROCESSING", ageMs: 30 * hour })

    await fixture.sweep()
    expect(await statusesOf(ids(photos))).toEqual({ PROCESSING: 2 })
    expect(new Set(await fixture.receiveKeys())).toEqual(new Set(photos.map(({ s3Key }) => s3Key)))

    await makeAllDue()
    await fixture.sweep()
    expect(await statusesOf(ids(photos))).toEqual({ PROCESSING_ERROR: 2 })
  })

  test("is queued again after its time limit even if it was queued before", async () => {
    const [photo] = await fixture.addPhotos(1, { status: "PROCESSING", ageMs: 5 * hour })
    const photoId = photo?.photoId ?? ""
    await fixture.sweep()
    await fixture.rows`
      update photos set status_since = now() - interval '7 hours', enqueued_at = now() - interval '2 hours',
        last_swept_at = now() - interval '2 hours' where photo_id = ${photoId}`
    await fixture.receiveKeys()
    await fixture.sweep()
    expect(await statusesOf([photoId])).toEqual({ PROCESSING: 1 })
    expect(await fixture.receiveKeys()).toContain(photo?.s3Key)
  })

  /** Past its time limit, then queued again, then handled by a worker. */
  const seenSinceRequeue = async (): Promise<string> => {
    const [photo] = await fixture.addPhotos(1, { status: "PROCESSING", ageMs: 9 * hour })
    const photoId = photo?.photoId ?? ""
    await fixture.rows`
      update photos set enqueued_at = now() - interval '2 hours', updated_at = now() - interval '1 hour'
      where photo_id = ${photoId}`
    return photoId
  }

  test("is queued again, and does not fail, while its claims are only deferred", async () => {
    const photoId = await seenSinceRequeue()
    await fixture.sweep()
    expect(await statusesOf([photoId])).toEqual({ PROCESSING: 1 })
  })

  test("fails after an attempt since its last message has failed", async () => {
    const photoId = await seenSinceRequeue()
    await fixture.rows`
      insert into photo_timeline (photo_id, kind, occurred_at)
      values (${photoId}, 'ATTEMPT_STARTED', now() - interval '1 hour')`
    await fixture.sweep()
    expect(await statusesOf([photoId])).toEqual({ PROCESSING_ERROR: 1 })
  })

  test("is left alone while its message is delayed, because other users have their share", async () => {
    const [photo] = await fixture.addPhotos(1, { status: "PROCESSING", ageMs: 10 * minute })
    const photoId = photo?.photoId ?? ""
    await fixture.rows`
      update photos set deferred_until = now() + interval '1 minute' where photo_id = ${photoId}`
    await fixture.sweep()
    expect(await fixture.receiveKeys()).toEqual([])

    await fixture.rows`update photos set deferred_until = now() - interval '2 seconds' where photo_id = ${photoId}`
    await fixture.sweep()
    expect(await fixture.receiveKeys()).toEqual([photo?.s3Key])
  })

  test("always has an ETag, without which the sweep could not send its message", async () => {
    const [photo] = await fixture.addPhotos(1, { status: "PROCESSING", ageMs: 10 * minute })
    await expect(
      fixture.rows`update photos set etag = null where photo_id = ${photo?.photoId ?? ""}`,
    ).rejects.toThrow("photos_processing_with_etag")
  })

  test("is not changed while a worker has a lease on it", async () => {
    const [photo] = await fixture.addPhotos(1, { status: "PROCESSING", ageMs: 30 * hour })
    const photoId = photo?.photoId ?? ""
    await fixture.rows`
      update photos set lease_expires_at = now() + interval '1 minute' where photo_id = ${photoId}`
    await fixture.receiveKeys()
    await fixture.sweep()
    expect(await fixture.receiveKeys()).not.toContain(photo?.s3Key)
    expect(await statusesOf([photoId])).toEqual({ PROCESSING: 1 })
  })
})
