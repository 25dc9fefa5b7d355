import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest"
import { testStorage } from "../../local/test-environment.ts"
import { openSweepFixture, type SweepFixture } from "./testing/sweep-fixture.ts"

let fixture: SweepFixture
beforeAll(async () => {
  fixture = await openSweepFixture({ ...inject("environment"), ...testStorage })
}, 120_000)
afterAll(() => fixture?.close())
beforeEach(() => fixture.removePhotos())

const hour = 3_600_000

const removedCount = async (): Promise<number> => {
  const [row] = await fixture.rows`select count(*)::int from photos where objects_removed_at is not null`
  return row?.count
}

test("photos whose objects cannot be removed do not delay other photos", { timeout: 60_000 }, async () => {
  // More than a batch, and older than the others.
  const stuck = await fixture.addPhotos(250, { status: "CANCELLED", ageMs: 30 * hour })
  for (const { s3Key } of stuck) fixture.unremovable.add(s3Key)
  await fixture.addPhotos(20, { status: "CANCELLED", ageMs: 20 * hour })

  await fixture.sweep()
  await fixture.sweep()
  expect(await removedCount()).toBe(20)

  fixture.unremovable.clear()
  await fixture.sweep()
  expect(await removedCount()).toBe(270)
})

test("if the objects of some photos of a batch cannot be removed, those of its other photos are removed", async () => {
  const photos = await fixture.addPhotos(250, { status: "CANCELLED", ageMs: 30 * hour })
  for (const { s3Key } of photos.slice(0, 150)) fixture.unremovable.add(s3Key)
  await fixture.sweep()
  expect(await removedCount()).toBe(100)
})
