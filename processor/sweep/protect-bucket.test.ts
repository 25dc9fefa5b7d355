import { afterEach, beforeEach, describe, expect, inject, test } from "vitest"
import { testStorage } from "../../local/test-environment.ts"
import { operationOf } from "../operate/operate.ts"
import { readMarker } from "../platform/database-marker.ts"
import { type OpenDatabase, openSweepFixture, type SweepFixture } from "./testing/sweep-fixture.ts"

let fixture: SweepFixture
beforeEach(async () => {
  fixture = await openSweepFixture({ ...inject("environment"), ...testStorage })
}, 120_000)
afterEach(() => fixture?.close())

const hour = 3_600_000

/** Stores photos with their objects. Returns the keys. */
const storePhotos = async (count: number): Promise<string[]> => {
  const photos = await fixture.addPhotos(count, { status: "COMPLETED", ageMs: 48 * hour })
  for (const { s3Key } of photos) await fixture.putObject(s3Key)
  return photos.map(({ s3Key }) => s3Key)
}
/** Stores objects without rows, as after a loss of rows. Returns the keys. */
const storeOrphans = async (count: number): Promise<string[]> => {
  const keys = await storePhotos(count)
  await fixture.rows`delete from photos where s3_key = any(${keys})`
  return keys
}
const present = async (keys: readonly string[]) =>
  (await Promise.all(keys.map(fixture.hasObject))).filter(Boolean).length
const blockOf = async ({ rows }: Pick<OpenDatabase, "rows"> = fixture) => {
  const [row] = await rows`select deletions_blocked_reason from deployment`
  return row?.deletions_blocked_reason
}
const marker = () => readMarker(fixture.objectStore, fixture.environment, new AbortController().signal)
/** Runs an operator's command on a database. */
const opsOn =
  ({ database }: Pick<OpenDatabase, "database">) =>
  async (...args: string[]) => {
    const { environment, objectStore, workQueue } = fixture
    const { signal } = new AbortController()
    const result = await operationOf(args)?.({ environment, database, objectStore, workQueue, signal })
    if (!result) throw new Error(`no command: ${args.join(" ")}`)
    return JSON.parse(JSON.stringify(result))
  }
const ops = (...args: string[]) => opsOn(fixture)(...args)

describe("a sweep", () => {
  test("writes the marker of an empty bucket and refreshes it as events are written", async () => {
    await fixture.sweep()
    const [{ deployment_id: deploymentId } = {}] = await fixture.rows`select deployment_id from deployment`
    expect(await marker()).toEqual({ deploymentId, outboxSequence: 0 })
    await storePhotos(1)
    await fixture.sweep()
    expect(await marker()).toEqual({ deploymentId, outboxSequence: 1 })
    expect(await blockOf()).toBeNull()
  })

  test("adopts a bucket without a marker when the database has rows for its objects", async () => {
    await storePhotos(3)
    await fixture.sweep()
    expect(await marker()).toMatchObject({ outboxSequence: 1 })
  })

  test("does not conflict with another sweep of the same database at the same time", async () => {
    await storePhotos(3)
    await Promise.all([fixture.sweep(), fixture.sweep(), fixture.sweep()])
    await storePhotos(1)
    await Promise.all([fixture.sweep(), fixture.sweep()])
    await fixture.sweep()
    expect(await blockOf()).toBeNull()
    expect(fixture.errors()).toEqual([])
  })
})

describe("the sweep of a database that does not belong to the bucket deletes nothing:", () => {
  const bounds = { maxOrphans: 1000, maxOrphanShare: 1, lateObjectMs: 0 }

  test("an empty database, when the bucket has no marker", async () => {
    const keys = await storePhotos(5)
    const empty = await fixture.openEmptyDatabase()
    await fixture.sweep(bounds, empty)
    expect(await present(keys)).toBe(5)
    expect(await blockOf(empty)).toBe("UNKNOWN_OBJECTS")
    expect(fixture.errors()).toEqual([expect.objectContaining({ mismatch: "UNKNOWN_OBJECTS" })])
  })

  test("an empty database, when the bucket has the marker of another database", async () => {
    const keys = await storePhotos(5)
    await fixture.sweep()
    const empty = await fixture.openEmptyDatabase()
    await fixture.sweep(bounds, empty)
    expect(await present(keys)).toBe(5)
    expect(await blockOf(empty)).toBe("OTHER_DATABASE")
  })

  test("a restored database, even after new events have exceeded the sequence of the marker", async () => {
    const old = await storePhotos(5)
    await fixture.sweep()
    const backup = await fixture.openCopy()
    const lost = await storePhotos(5)
    await fixture.sweep()
    // The restored database is used before its first sweep.
    await backup.rows`
      insert into outbox_events (type, user_id, job_id, data)
      select type, user_id, job_id, data from outbox_events, generate_series(1, 20)`
    await fixture.sweep(bounds, backup)
    expect(await present([...old, ...lost])).toBe(10)
    expect(await blockOf(backup)).toBe("DATABASE_BEHIND_MARKER")
    // The database that wrote the marker may still delete.
    await fixture.sweep(bounds)
    expect(await blockOf()).toBeNull()
  })

  test("neither objects of cancelled photos, nor late objects, nor multipart uploads", async () => {
    await fixture.sweep()
    const cancelled = await fixture.addPhotos(1, { status: "CANCELLED", ageMs: 48 * hour })
    const late = await fixture.addPhotos(1, { status: "FAILED", failureReason: "EXPIRED", ageMs: 48 * hour })
    await fixture.rows`update users set quota_photos = 0`
    const keys = [...cancelled, ...late].map(({ s3Key }) => s3Key)
    for (const key of keys) await fixture.putObject(key)
    const upload = `${fixture.environment}/abandoned/original`
    await fixture.openUpload(upload)
    await fixture.rows`update deployment set deployment_id = gen_random_uuid()`

    await fixture.sweep(bounds)
    expect(await blockOf()).toBe("OTHER_DATABASE")
    expect(await present(keys)).toBe(2)
    expect(await fixture.openUploads()).toEqual([upload])
  })
})

describe("objects without a row", () => {
  test("are removed when their number is within the bounds", async () => {
    const kept = await storePhotos(40)
    await fixture.sweep()
    const orphans = await storeOrphans(2)
    await fixture.sweep()
    expect(await present(orphans)).toBe(0)
    expect(await present(kept)).toBe(40)
  })

  test.each([
    ["number", { maxOrphans: 2, maxOrphanShare: 1 }],
    ["fraction", { maxOrphans: 100, maxOrphanShare: 0.2 }],
  ])(
    "are kept and reported when their %s is above the bound, until an operator confirms",
    async (_, bounds) => {
      await storePhotos(3)
      await fixture.sweep()
      const orphans = await storeOrphans(3)
      await fixture.sweep(bounds)
      expect(await present(orphans)).toBe(3)
      expect(fixture.errors()).toEqual([expect.objectContaining({ orphans: 3, listed: 6 })])
      expect(await ops("status")).toMatchObject({ bucket: { orphansHeld: 3, objectsListed: 6 } })

      await ops("confirm-orphans", "2")
      await fixture.sweep(bounds)
      expect(await present(orphans)).toBe(3)

      expect(await ops("confirm-orphans", "3")).toEqual({ orphansHeld: 3, orphansConfirmed: 3 })
      await fixture.sweep(bounds)
      expect(await present(orphans)).toBe(0)
      expect(await ops("status")).toMatchObject({ bucket: { orphansHeld: 0, orphansConfirmed: 0 } })
    },
  )
})

describe("an operator", () => {
  test("reconciles a restored database: gets both lists, and then allows the sweep to delete again", async () => {
    const old = await storePhotos(2)
    await fixture.sweep()
    const backup = await fixture.openCopy()
    const lost = await storePhotos(3)
    await fixture.sweep()
    await fixture.objectStore.remove(old[0] ?? "", new AbortController().signal)
    const bounds = { maxOrphans: 1000, maxOrphanShare: 1 }
    await fixture.sweep(bounds, backup)

    const reconciled = await opsOn(backup)("reconcile")
    expect(reconciled).toMatchObject({
      state: "DATABASE_BEHIND_MARKER",
      isAdopted: false,
      objectsWithoutRow: { count: 3 },
      photosWithoutObject: { count: 1, first: [old[0]?.split("/")[2]] },
    })
    expect(new Set(reconciled.objectsWithoutRow.first)).toEqual(new Set(lost))
    await fixture.sweep(bounds, backup)
    expect(await present(lost)).toBe(3)

    expect(await opsOn(backup)("reconcile", "--adopt")).toMatchObject({ isAdopted: true })
    await fixture.sweep(bounds, backup)
    expect(await blockOf(backup)).toBeNull()
    expect(await present(lost)).toBe(0)
    // The sweep of the replaced database may no longer delete.
    await storePhotos(1)
    await fixture.rows`update deployment set marked_sequence = 0`
    await fixture.sweep(bounds)
    expect(await blockOf()).toBe("DATABASE_BEHIND_MARKER")
  })
})
