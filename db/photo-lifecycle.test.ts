import { createHash } from "node:crypto"
import fc from "fast-check"
import postgres from "postgres"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { eventSchema } from "../docs/event-payloads.ts"
import { type Checksum, isChecksum } from "../domain/checksum.ts"
import { cloudEventOf, type OutboxEvent } from "../domain/cloud-event.ts"
import { type JobId, type PhotoId, photoIdAt, type UserId } from "../domain/ids.ts"
import type { PhotoExif } from "../domain/image.ts"
import { isTerminalJob, jobStatusOf } from "../domain/job-status.ts"
import { isTerminalPhoto, type PhotoStatus } from "../domain/photo-status.ts"
import { insertUser } from "../edge/auth/register/sql.ts"
import { cancelPhoto } from "../edge/commands/cancel-photo/sql.ts"
import { cancelUploadJob } from "../edge/commands/cancel-upload-job/sql.ts"
import { insertUploadJob } from "../edge/commands/create-upload-job/sql.ts"
import { finalizePhoto } from "../edge/commands/finalize-upload/sql.ts"
import { finalizePhotosOfJob } from "../edge/commands/finalize-upload-job/sql.ts"
import { declareHashes } from "../edge/commands/renew-upload-job/declare-hashes-sql.ts"
import { saveProgress } from "../edge/live/sql.ts"
import { newId } from "../edge/new-id.ts"
import { snapshotOf } from "../edge/queries/get-upload-job/snapshot.ts"
import { selectUploadJob } from "../edge/queries/get-upload-job/sql.ts"
import { reopenPhotos } from "../processor/operate/sql.ts"
import { claimPhoto, completePhoto, failPhoto, releasePhoto } from "../processor/process-photo/sql.ts"
import { type NodeDatabase, openNodeDatabase } from "./node.ts"
import { type PhotoCommand, photoCommandRounds } from "./testing/photo-commands.ts"
import { endOf, eventsOf, pathOf } from "./testing/photo-path.ts"

// Runs every statement that changes a photo: in random order, repeatedly and concurrently.

let database: NodeDatabase
let rows: postgres.Sql
let userId: UserId
beforeAll(async () => {
  const { databaseUrl } = inject("environment")
  database = openNodeDatabase(databaseUrl, 8)
  rows = postgres(databaseUrl, { max: 2 })
  userId = newId.user()
  await database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
})
afterAll(async () => {
  await database.close()
  await rows.end()
})

const photoBytes = 1000

type TestJob = { jobId: JobId; photoIds: PhotoId[]; sha256: Checksum }

/** Creates a job. If it has duplicates, its first three photos have the same bytes. */
const newJob = async (size: number, hasDuplicates = false): Promise<TestJob> => {
  const jobId = newId.job()
  const sha256 = createHash("sha256").update(jobId).digest("hex")
  if (!isChecksum(sha256)) throw new Error("not a checksum")
  const photos = Array.from({ length: size }, (_, index) => ({
    photoId: photoIdAt(jobId, index + 1),
    filename: "a.jpg",
    path: null,
    type: "image/jpeg" as const,
    bytes: photoBytes,
    sha256: hasDuplicates && index < 3 ? sha256 : null,
    partSize: null,
    s3Key: jobId,
  }))
  const keyless = { traceparent: "00-0-0-01", idempotencyKey: null, fingerprint: "" }
  const request = { ...keyless, allowDuplicates: false, importKeywords: false }
  await database.run(insertUploadJob, { jobId, userId, photos, ...request })
  return { jobId, photoIds: photos.map(({ photoId }) => photoId), sha256 }
}

const execute = ({ jobId, photoIds, sha256 }: TestJob, { action, photo, attempt }: PhotoCommand) => {
  const photoId = photoIds[photo % photoIds.length]
  if (!photoId) throw new Error("no photo")
  switch (action) {
    case "progress":
      return database.run(saveProgress, { userId, ticks: [{ photoId, bytesSent: attempt * 300 }] })
    case "finalize":
      return database.run(finalizePhoto, { photoId, userId, etag: "e", parts: [] })
    case "finalizeJob": {
      // The objects of every other photo are stored.
      const objects = photoIds
        .filter((_, index) => index % 2 === 0)
        .map((each) => ({ photoId: each, etag: "e" }))
      return database.run(finalizePhotosOfJob, { jobId, userId, photoIds: null, objects })
    }
    case "claim":
      return database.run(claimPhoto, {
        photoId,
        userId,
        etag: "e",
        sequencer: null,
        leaseMs: 60_000,
        concurrency: 10_000,
      })
    case "complete":
      return database.run(completePhoto, { photoId, attempt, ...outcome })
    case "fail":
      return database.run(failPhoto, { photoId, attempt, checksum: null, fault })
    case "release":
      return database.run(releasePhoto, { photoId, attempt, reason: "Outage" })
    case "expireLease":
      return rows`
        update photos set lease_expires_at = now() - interval '1 second'
        where photo_id = ${photoId} and lease_expires_at is not null`
    case "reopen":
      return database.run(reopenPhotos, { photoId, jobId: null, scope: null, after: null, limit: 1000 })
    case "cancel":
      return database.run(cancelPhoto, { photoId, userId })
    case "declareHash":
      // The hash of every photo from this one on.
      return database.run(declareHashes, {
        jobId,
        userId,
        photos: photoIds.slice(photo % photoIds.length).map((each) => ({ photoId: each, sha256 })),
      })
    case "cancelJob":
      return database.run(cancelUploadJob, { jobId, userId })
  }
}

const fault = { reason: "CORRUPT", detail: "The file is damaged." } as const
const image = { type: "image/jpeg", width: 3, height: 2, isDegraded: false, anomalies: [] } as const
const facts = { ...image, exif: { make: "Maker" } as PhotoExif, thumbhash: "", annotations: null }
const outcome = { checksum: "ab", facts, thumbnails: [], keywordTags: [] } as const

/** Converts a row to a CloudEvent and validates it with the schema of docs/events.md. */
const toValidEvent = (row: postgres.Row) => {
  const event: OutboxEvent = {
    sequence: Number(row.sequence),
    eventId: row.event_id,
    type: row.type,
    userId: row.user_id,
    jobId: row.job_id,
    photoId: row.photo_id,
    data: row.data,
    occurredAt: row.occurred_at,
  }
  return eventSchema(event.type).parse(cloudEventOf(event, "test"))
}

type StoredPhoto = Record<"photo_id" | "duplicate_of", string | null> & {
  status: PhotoStatus
  deleted_at: Date | null
  completed_at: Date | null
}

const expectConsistent = async (jobId: JobId): Promise<void> => {
  const photos = await rows<StoredPhoto[]>`
    select photo_id, status, duplicate_of, deleted_at, completed_at from photos where job_id = ${jobId}`
  const [job] = await rows`select * from upload_jobs where job_id = ${jobId}`
  const events = await rows`
    select * from outbox_events where job_id = ${jobId} order by sequence`
  for (const event of events) expect(() => toValidEvent(event)).not.toThrow()
  const steps = await rows`
    select t.photo_id, t.kind from photo_timeline t join photos using (photo_id)
    where job_id = ${jobId} order by t.entry_id`

  const count = (status: PhotoStatus) => photos.filter((photo) => photo.status === status).length
  const counts = {
    total: photos.length,
    completed: count("COMPLETED"),
    failed: count("FAILED"),
    cancelled: count("CANCELLED"),
    duplicate: count("DUPLICATE"),
  }
  const hasStarted = photos.some(({ status }) => status !== "QUEUED")
  expect(job).toMatchObject({
    status: jobStatusOf(counts, hasStarted),
    completed_count: counts.completed,
    failed_count: counts.failed,
    cancelled_count: counts.cancelled,
    duplicate_count: counts.duplicate,
  })
  const hasEnded = photos.every(({ status }) => isTerminalPhoto(status))
  expect(isTerminalJob(jobStatusOf(counts, hasStarted))).toBe(hasEnded)
  expect(job?.completed_at !== null).toBe(hasEnded)
  const ends = events.filter(({ type }) => type === "UploadJobCompleted").length
  const reopenings = events.filter(({ type }) => type === "UploadJobReopened").length
  expect(ends - reopenings).toBe(hasEnded ? 1 : 0)

  for (const photo of photos) {
    const path = pathOf(steps.filter(({ photo_id }) => photo_id === photo.photo_id).map(({ kind }) => kind))
    expect(endOf(path)).toBe(photo.status)
    const written = events.filter(
      ({ photo_id, type }) => photo_id === photo.photo_id && type !== "PhotoDeleted",
    )
    const isCreatedAsDuplicate = written[0]?.type === "PhotoDuplicateFound"
    expect(written.map(({ type }) => type)).toEqual(eventsOf(path, isCreatedAsDuplicate))
    if (photo.status === "DUPLICATE" && photo.deleted_at === null)
      expect(
        photos.find(({ photo_id }) => photo_id === photo.duplicate_of)?.status,
        "a duplicate of a photo that is not stored",
      ).not.toMatch(/FAILED|CANCELLED|DUPLICATE/)
    expect(photo.completed_at !== null).toBe(isTerminalPhoto(photo.status))
  }
}

/** Polls the job, optionally with the versions that the caller has cached. */
const poll = async (jobId: JobId, knownTags: readonly string[] = []) => {
  const found = await database.run(selectUploadJob, { jobId, userId, knownTags })
  if (!found.ok) throw new Error("no job")
  const { version, job } = found.value
  return { version: String(version), snapshot: job && snapshotOf(job) }
}

/** Returns the bytes sent: of the job, as polled, and of each photo, as published by its events. */
const bytesSentOf = async (jobId: JobId): Promise<{ polled: number; published: number[][] }> => {
  const { snapshot } = await poll(jobId)
  const events = await rows<{ photo_id: string; bytes_sent: number }[]>`
    select photo_id, (data->>'bytesSent')::int as bytes_sent from outbox_events
    where job_id = ${jobId} and data ? 'bytesSent' order by sequence`
  const byPhoto = Map.groupBy(events, ({ photo_id }) => photo_id)
  const published = Array.from(byPhoto.values(), (all) => all.map(({ bytes_sent }) => bytes_sent))
  return { polled: snapshot?.bytesSent ?? Number.NaN, published }
}

const usage = async () => {
  const [user] = await rows`select used_photos, used_bytes::int from users where user_id = ${userId}`
  const [stored] = await rows`
    select count(*)::int as used_photos, coalesce(sum(bytes), 0)::int as used_bytes from photos
    where user_id = ${userId} and status not in ('CANCELLED', 'DUPLICATE') and not (status = 'FAILED' and etag is null)
      and deleted_at is null`
  return { user, stored }
}

const anyJob = fc.record({ size: fc.integer({ min: 1, max: 4 }), hasDuplicates: fc.boolean() })

describe("photos and their job", () => {
  test("stay consistent under any commands in any order, repeated and concurrent", async () => {
    await fc.assert(
      fc.asyncProperty(anyJob, photoCommandRounds, async ({ size, hasDuplicates }, commands) => {
        const job = await newJob(size, hasDuplicates)
        const { jobId } = job
        let bytesSent = 0
        let known = await poll(jobId)
        for (const round of commands) {
          await Promise.all(round.map((each) => execute(job, each)))
          await expectConsistent(jobId)
          const now = await poll(jobId)
          if (now.version === known.version)
            expect(now.snapshot, "one version with two different snapshots").toEqual(known.snapshot)
          expect(await poll(jobId, [now.version])).toEqual({ version: now.version, snapshot: null })
          known = now
          const { polled, published } = await bytesSentOf(jobId)
          expect(polled, "bytes sent decreased").toBeGreaterThanOrEqual(bytesSent)
          bytesSent = polled
          for (const each of published) expect(each).toEqual(each.toSorted((a, b) => a - b))
        }
        const { user, stored } = await usage()
        expect(user).toEqual(stored)
      }),
      { numRuns: 60 },
    )
  }, 90_000)

  test("can be deleted and fail concurrently in one job without a deadlock", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { photoIds } = await newJob(2)
      const [done, failing] = photoIds
      if (!done || !failing) throw new Error("no photos")
      for (const photoId of photoIds)
        await database.run(claimPhoto, {
          photoId,
          userId,
          etag: "e",
          sequencer: null,
          leaseMs: 60_000,
          concurrency: 10_000,
        })
      await database.run(completePhoto, { photoId: done, attempt: 1, ...outcome })
      await Promise.all([
        database.run(cancelPhoto, { photoId: done, userId }),
        database.run(failPhoto, { photoId: failing, attempt: 1, checksum: null, fault }),
      ])
    }
    const { user, stored } = await usage()
    expect(user).toEqual(stored)
  })

  test("are all in a final status after their job was cancelled", async () => {
    await fc.assert(
      fc.asyncProperty(anyJob, photoCommandRounds, async ({ size, hasDuplicates }, commands) => {
        const created = await newJob(size, hasDuplicates)
        const { jobId } = created
        await Promise.all(commands.flat().map((each) => execute(created, each)))
        await database.run(cancelUploadJob, { jobId, userId })
        await expectConsistent(jobId)
        const [job] = await rows`select completed_at from upload_jobs where job_id = ${jobId}`
        expect(job?.completed_at).not.toBeNull()
      }),
      { numRuns: 20 },
    )
  })
})
