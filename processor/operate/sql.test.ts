import postgres from "postgres"
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest"
import { databaseOf, type NodeDatabase, openNodeDatabase } from "../../db/node.ts"
import type { JobId, PhotoId, UserId } from "../../domain/ids.ts"
import { insertUser } from "../../edge/auth/register/sql.ts"
import { insertUploadJob } from "../../edge/commands/create-upload-job/sql.ts"
import { newId } from "../../edge/new-id.ts"
import { claimPhoto, failPhoto } from "../process-photo/sql.ts"
import { reopenPhotos } from "./sql.ts"

let database: NodeDatabase
let rows: postgres.Sql
let userId: UserId
beforeAll(async () => {
  const { databaseUrl } = inject("environment")
  database = openNodeDatabase(databaseUrl, 2)
  rows = postgres(databaseUrl, { max: 2, onnotice: () => undefined })
  userId = newId.user()
  await database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
})
afterAll(async () => {
  await database.close()
  await rows.end()
})

const fault = { reason: "CORRUPT", detail: "The file is damaged." } as const

/** Adds a job with claimed photos: each is PROCESSING in attempt 1. */
const claimedJob = async (size: number): Promise<{ jobId: JobId; photoIds: PhotoId[] }> => {
  const jobId = newId.job()
  const photos = Array.from({ length: size }, () => {
    const photoId = newId.photo()
    const expected = { filename: "a.jpg", type: "image/jpeg" as const, bytes: 1, path: null, sha256: null }
    return { photoId, ...expected, partSize: null, s3Key: photoId }
  })
  const request = {
    traceparent: "00-0-0-01",
    idempotencyKey: null,
    fingerprint: "",
    allowDuplicates: false,
    importKeywords: false,
  }
  await database.run(insertUploadJob, { jobId, userId, photos, ...request })
  const photoIds = photos.map(({ photoId }) => photoId)
  for (const photoId of photoIds)
    await database.run(claimPhoto, {
      photoId,
      userId,
      etag: "e",
      sequencer: null,
      leaseMs: 60_000,
      concurrency: 10_000,
    })
  return { jobId, photoIds }
}

const fail = (photoId: PhotoId, on: Pick<NodeDatabase, "run"> = database) =>
  on.run(failPhoto, { photoId, attempt: 1, checksum: null, fault })
const reopen = (photoId: PhotoId) =>
  database.run(reopenPhotos, { photoId, jobId: null, scope: null, after: null, limit: 1000 })
const jobEvents = async (jobId: JobId) =>
  (
    await rows`select type from outbox_events where job_id = ${jobId} and photo_id is null order by sequence`
  ).map(({ type }) => type)

describe("reopening a photo", () => {
  test("reopens its job when another photo finishes the job at the same time", async () => {
    const { jobId, photoIds } = await claimedJob(2)
    const [failed, last] = photoIds as [PhotoId, PhotoId]
    await fail(failed)
    let reopened: ReturnType<typeof reopen> | undefined
    await rows.begin(async (transaction) => {
      await fail(last, databaseOf(transaction))
      reopened = reopen(failed)
      await vi.waitFor(async () => {
        const [waiting] = await rows`
          select from pg_locks where not granted and pid in (select pid from pg_stat_activity where query like '%reopened_at = now()%')`
        expect(waiting).toBeDefined()
      })
    })
    expect(await reopened).toMatchObject({ jobs: [jobId] })
    expect(await jobEvents(jobId)).toEqual(["UploadJobCreated", "UploadJobCompleted", "UploadJobReopened"])
  })
})
