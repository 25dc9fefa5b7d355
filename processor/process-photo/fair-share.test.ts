import fc from "fast-check"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { PhotoId, UserId } from "../../domain/ids.ts"
import type { PhotoExif } from "../../domain/image.ts"
import { insertUser } from "../../edge/auth/register/sql.ts"
import { insertUploadJob } from "../../edge/commands/create-upload-job/sql.ts"
import { finalizePhoto } from "../../edge/commands/finalize-upload/sql.ts"
import { newId } from "../../edge/new-id.ts"
import { createOwnDatabase, type OwnDatabase } from "../testing/own-database.ts"
import { deferralSeconds } from "./fair-share.ts"
import { claimPhoto, completePhoto, releasePhoto } from "./sql.ts"

let own: OwnDatabase
beforeAll(async () => {
  own = await createOwnDatabase()
})
afterAll(() => own.remove())
beforeEach(() => own.rows`truncate photos, upload_jobs, users cascade`)

const slots = 3

/** Adds a user with QUEUED photos. The finalized ones wait for a slot. */
const newUser = async (queued: number, waiting: number): Promise<{ userId: UserId; photoIds: PhotoId[] }> => {
  const userId = newId.user()
  await own.database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
  const photoIds = Array.from({ length: queued + waiting }, () => newId.photo())
  const photos = photoIds.map((photoId) => ({
    photoId,
    filename: "a.jpg",
    type: "image/jpeg" as const,
    bytes: 1,
    path: null,
    sha256: null,
    partSize: null,
    s3Key: photoId,
  }))
  const request = {
    traceparent: "00-0-0-01",
    idempotencyKey: null,
    fingerprint: "",
    allowDuplicates: false,
    importKeywords: false,
  }
  await own.database.run(insertUploadJob, { jobId: newId.job(), userId, photos, ...request })
  for (const photoId of photoIds.slice(0, waiting))
    await own.database.run(finalizePhoto, { photoId, userId, etag: "e", parts: [] })
  return { userId, photoIds }
}

const claim = async (userId: UserId, photoId: PhotoId | undefined) => {
  if (!photoId) throw new Error("the user has no such photo")
  const request = { photoId, userId, etag: "e", sequencer: null, leaseMs: 60_000, concurrency: slots }
  return own.database.run(claimPhoto, request)
}

const complete = (photoId: PhotoId, attempt: number) =>
  own.database.run(completePhoto, {
    photoId,
    attempt,
    checksum: "ab",
    facts: {
      type: "image/jpeg",
      width: 3,
      height: 2,
      exif: {} as PhotoExif,
      isDegraded: false,
      anomalies: [],
      thumbhash: "",
      annotations: null,
    },
    thumbnails: [],
    keywordTags: [],
  })

describe("a user's share of the slots", () => {
  test("includes all slots while no other user waits", async () => {
    const { userId, photoIds } = await newUser(0, slots)
    for (const photoId of photoIds) expect((await claim(userId, photoId)).claimed).not.toBeNull()
  })

  test("is bounded while another user waits, and that user gets the next slot", async () => {
    const busy = await newUser(2, 4)
    const [first, second, third, , queued] = busy.photoIds
    await claim(busy.userId, first)
    await claim(busy.userId, second)
    const other = await newUser(0, 1)

    expect(await claim(busy.userId, third)).toMatchObject({ claimed: null, deferred: { slots } })
    expect((await claim(other.userId, other.photoIds[0])).claimed?.attempt).toBe(1)
    // Now no user waits.
    expect((await claim(busy.userId, third)).claimed?.attempt).toBe(1)
    expect((await claim(busy.userId, queued)).claimed).not.toBeNull()
  })

  test("records until when a deferred photo's message may be delayed, and clears it with the claim", async () => {
    const busy = await newUser(0, 40)
    await claim(busy.userId, busy.photoIds[0])
    await claim(busy.userId, busy.photoIds[1])
    const other = await newUser(0, 1)
    const photoId = busy.photoIds[2]
    const { deferred } = await claim(busy.userId, photoId)
    if (!deferred) throw new Error("the claim was not deferred")
    const delaySeconds = async () =>
      (
        await own.rows`
          select extract(epoch from deferred_until - now())::float8 as seconds from photos where photo_id = ${photoId ?? ""}`
      )[0]?.seconds
    expect(await delaySeconds()).toBeCloseTo(deferralSeconds(deferred, 1), 0)

    await claim(other.userId, other.photoIds[0])
    expect((await claim(busy.userId, photoId)).claimed).not.toBeNull()
    expect(await delaySeconds()).toBeNull()
  })

  test("is one slot when the number of waiting users equals the number of slots", async () => {
    const busy = await newUser(0, 2)
    await claim(busy.userId, busy.photoIds[0])
    for (let other = 0; other < slots; other += 1) await newUser(0, 1)
    expect((await claim(busy.userId, busy.photoIds[1])).deferred).toEqual({ slots, waitingPhotos: 1 })
  })

  test("grows with the number of processes: their leases count as slots", async () => {
    const busy = await newUser(0, 10)
    for (const photoId of busy.photoIds.slice(0, 8)) await claim(busy.userId, photoId)
    await newUser(0, 1)
    expect((await claim(busy.userId, busy.photoIds[8])).deferred).toEqual({ slots: 9, waitingPhotos: 2 })
  })

  test("is not reduced by a photo in its backoff or a photo whose message was lost", async () => {
    const busy = await newUser(0, 3)
    await claim(busy.userId, busy.photoIds[0])
    await claim(busy.userId, busy.photoIds[1])
    const failing = await newUser(0, 1)
    const [photoId] = failing.photoIds as [PhotoId]
    await claim(failing.userId, photoId)
    await own.database.run(releasePhoto, { photoId, attempt: 1, reason: "Outage" })
    const silent = await newUser(0, 1)
    await own.rows`
      update photos set updated_at = now() - interval '6 minutes' where user_id = ${silent.userId}`
    expect((await claim(busy.userId, busy.photoIds[2])).claimed).not.toBeNull()
  })
})

test("a deferred photo becomes PROCESSING with its event, but the deferral does not count as an attempt", async () => {
  const busy = await newUser(1, 2)
  for (const photoId of busy.photoIds.slice(0, 2)) await claim(busy.userId, photoId)
  await newUser(0, 1)
  const queued = busy.photoIds[2] ?? ""
  expect((await claim(busy.userId, busy.photoIds[2])).deferred).not.toBeNull()
  const [photo] =
    await own.rows`select status, attempt, lease_expires_at from photos where photo_id = ${queued}`
  expect(photo).toEqual({ status: "PROCESSING", attempt: 0, lease_expires_at: null })
  const events = await own.rows`select type from outbox_events where photo_id = ${queued} order by sequence`
  expect(events.map(({ type }) => type)).toEqual(["PhotoQueued", "PhotoUploadCompleted"])
})

test("at least one waiting photo can always be claimed: no slot stays idle, and every photo completes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
      async (backlogs) => {
        await own.rows`truncate photos, upload_jobs, users cascade`
        const users = await Promise.all(backlogs.map((waiting) => newUser(0, waiting)))
        const messages = users.flatMap(({ userId, photoIds }) =>
          photoIds.map((photoId) => ({ userId, photoId })),
        )
        const leased: { photoId: PhotoId; attempt: number }[] = []
        while (messages.length > 0 || leased.length > 0) {
          // A free slot tries messages in order. Deferred messages move to the end of the queue.
          for (let tries = messages.length; leased.length < slots && tries > 0; tries -= 1) {
            const message = messages.shift()
            if (!message) break
            const { claimed } = await claim(message.userId, message.photoId)
            if (claimed) leased.push({ photoId: message.photoId, attempt: claimed.attempt })
            else messages.push(message)
          }
          if (messages.length > 0) expect(leased).toHaveLength(slots)
          const done = leased.shift()
          if (done) await complete(done.photoId, done.attempt)
        }
        const [row] =
          await own.rows`select count(*)::int as unfinished from photos where status <> 'COMPLETED'`
        expect(row?.unfinished).toBe(0)
      },
    ),
    { numRuns: 8 },
  )
})

describe("the delay of a deferred message", () => {
  test("keeps the rate of redelivery of a user's messages constant for any backlog", () => {
    const meanSeconds = (waitingPhotos: number) => {
      const samples = Array.from({ length: 1000 }, (_, index) =>
        deferralSeconds({ waitingPhotos, slots: 3 }, (index + 0.5) / 1000),
      )
      return samples.reduce((sum, seconds) => sum + seconds, 0) / samples.length
    }
    for (const waitingPhotos of [100, 500, 5000]) {
      const returnsPerSecond = waitingPhotos / meanSeconds(waitingPhotos)
      expect(returnsPerSecond).toBeGreaterThan(12)
      expect(returnsPerSecond).toBeLessThanOrEqual(15)
    }
  })

  test("is between one second and fifteen minutes, the maximum of SQS", () => {
    expect(deferralSeconds({ waitingPhotos: 1, slots: 64 }, 0)).toBe(1)
    expect(deferralSeconds({ waitingPhotos: 1_000_000, slots: 1 }, 0.999)).toBe(900)
  })
})
