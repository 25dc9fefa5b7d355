import fc from "fast-check"
import postgres from "postgres"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { type NodeDatabase, openNodeDatabase } from "../../db/node.ts"
import type { PhotoId, UserId } from "../../domain/ids.ts"
import type { PhotoExif } from "../../domain/image.ts"
import { jobStatusOf } from "../../domain/job-status.ts"
import { maxTagsPerPhoto } from "../../domain/tag-label.ts"
import { insertUser } from "../../edge/auth/register/sql.ts"
import { insertUploadJob } from "../../edge/commands/create-upload-job/sql.ts"
import { finalizePhoto } from "../../edge/commands/finalize-upload/sql.ts"
import { newId } from "../../edge/new-id.ts"
import { claimPhoto, completePhoto, failPhoto, releasePhoto } from "./sql.ts"

let database: NodeDatabase
let rows: postgres.Sql
let userId: UserId
beforeAll(async () => {
  const { databaseUrl } = inject("environment")
  database = openNodeDatabase(databaseUrl, 8)
  rows = postgres(databaseUrl, { max: 1 })
  userId = newId.user()
  await database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
})
afterAll(async () => {
  await database.close()
  await rows.end()
})

const leaseMs = 60_000
const fault = { reason: "CORRUPT", detail: "It is broken." } as const
const outcome = {
  checksum: "ab".repeat(32),
  facts: {
    type: "image/jpeg",
    width: 3,
    height: 2,
    exif: { make: "Maker" } as PhotoExif,
    isDegraded: false,
    anomalies: [],
    thumbhash: "",
    annotations: null,
  },
  thumbnails: [{ variant: 256, width: 3, height: 2, bytes: 100 }],
  keywordTags: [],
} as const

const newJob = async (size: number, importKeywords = false) => {
  const jobId = newId.job()
  const photos = Array.from({ length: size }, () => {
    const photoId = newId.photo()
    return {
      photoId,
      filename: "a.jpg",
      type: "image/jpeg" as const,
      bytes: 1,
      path: null,
      sha256: null,
      partSize: null,
      s3Key: photoId,
    }
  })
  await database.run(insertUploadJob, {
    jobId,
    userId,
    traceparent: "00-0-0-01",
    photos,
    idempotencyKey: null,
    fingerprint: "",
    allowDuplicates: false,
    importKeywords,
  })
  return { jobId, photoIds: photos.map(({ photoId }) => photoId) }
}

const claim = (photoId: PhotoId) =>
  database.run(claimPhoto, { photoId, userId, etag: "e", sequencer: null, leaseMs, concurrency: 10_000 })
const complete = (photoId: PhotoId, attempt: number) =>
  database.run(completePhoto, { photoId, attempt, ...outcome })
const fail = (photoId: PhotoId, attempt: number) =>
  database.run(failPhoto, { photoId, attempt, fault, checksum: null })
const finalize = (photoId: PhotoId) => database.run(finalizePhoto, { photoId, userId, etag: "e", parts: [] })
const expireLease = (photoId: PhotoId) =>
  rows`update photos set lease_expires_at = now() - interval '1 second' where photo_id = ${photoId}`
const eventsOf = async (id: string) =>
  (await rows`select type from outbox_events where photo_id = ${id} order by sequence`).map(
    ({ type }) => type,
  )

describe("a photo", () => {
  test("is leased by one worker at a time", async () => {
    const { photoIds } = await newJob(1)
    const [photoId] = photoIds as [PhotoId]
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(photoId)))
    expect(claims.filter(({ claimed }) => claimed !== null)).toHaveLength(1)
  })

  const annotations = { title: "Pier", caption: null, keywords: ["Sea"], rating: 4, creator: null }
  const tagsNamed = (...labels: string[]) => labels.map((label) => ({ label, tagKey: label.toLowerCase() }))
  const tagsOf = async (photoId: PhotoId) =>
    (
      await rows`select label from photo_tags join tags using (user_id, tag_key) where photo_id = ${photoId} order by tag_key`
    ).map(({ label }) => label)

  test("that is COMPLETED has its ThumbHash and its annotations", async () => {
    for (const each of [annotations, null]) {
      const [photoId] = (await newJob(1)).photoIds as [PhotoId]
      const attempt = (await claim(photoId)).claimed?.attempt ?? 0
      const facts = { ...outcome.facts, thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI", annotations: each }
      await database.run(completePhoto, { photoId, attempt, ...outcome, facts })
      expect(await rows`select thumbhash, annotations from photos where photo_id = ${photoId}`).toEqual([
        { thumbhash: "1QcSHQRnh493V4dIh4eXh1h4kJUI", annotations: each },
      ])
      expect(
        await rows`select annotations is null as is_null from photos where photo_id = ${photoId}`,
      ).toEqual([{ is_null: each === null }])
    }
  })

  test("is found by its title, caption and keywords", async () => {
    const [photoId] = (await newJob(1)).photoIds as [PhotoId]
    const attempt = (await claim(photoId)).claimed?.attempt ?? 0
    const described = { ...annotations, caption: "A Red Boat", keywords: ["Sea", "Zürich"] }
    await database.run(completePhoto, {
      photoId,
      attempt,
      ...outcome,
      facts: { ...outcome.facts, annotations: described },
    })
    const [found] = await rows`select document from photo_search where photo_id = ${photoId}`
    expect(found?.document).toContain("pier\na red boat\nsea\nzürich\n")
  })

  test("of a job that imports keywords gets them as tags, and any other photo does not", async () => {
    for (const [importsKeywords, labels] of [
      [true, ["Lake", "Sea"]],
      [false, []],
    ] as const) {
      const [photoId] = (await newJob(1, importsKeywords)).photoIds as [PhotoId]
      const attempt = (await claim(photoId)).claimed?.attempt ?? 0
      const keywordTags = tagsNamed("Sea", "Lake")
      await database.run(completePhoto, { photoId, attempt, ...outcome, keywordTags })
      expect(await tagsOf(photoId)).toEqual(labels)
      const [found] = await rows`select tag_keys from photo_search where photo_id = ${photoId}`
      expect(found?.tag_keys).toEqual(labels.map((label) => label.toLowerCase()))
    }
  })

  test("keeps its own tags and never has more than the limit", async () => {
    const [photoId] = (await newJob(1, true)).photoIds as [PhotoId]
    for (let index = 0; index < maxTagsPerPhoto - 1; index += 1) {
      const key = `own ${String(index).padStart(2, "0")}`
      await rows`insert into tags (user_id, tag_key, label) values (${userId}, ${key}, ${key}) on conflict do nothing`
      await rows`insert into photo_tags (photo_id, user_id, tag_key) values (${photoId}, ${userId}, ${key})`
    }
    const attempt = (await claim(photoId)).claimed?.attempt ?? 0
    const keywordTags = tagsNamed("own 00", "Zoo", "Ape")
    await database.run(completePhoto, { photoId, attempt, ...outcome, keywordTags })
    const labels = await tagsOf(photoId)
    expect(labels).toHaveLength(maxTagsPerPhoto)
    expect(labels.filter((label) => !label.startsWith("own"))).toEqual(["Zoo"])
  })

  test("that is COMPLETED has its detected type and its anomalies", async () => {
    const [photoId] = (await newJob(1)).photoIds as [PhotoId]
    const { claimed } = await claim(photoId)
    const facts = {
      ...outcome.facts,
      type: "image/heic",
      anomalies: ["TRAILING_DATA", "EMBEDDED_MARKUP"],
    } as const
    await database.run(completePhoto, { photoId, attempt: claimed?.attempt ?? 0, ...outcome, facts })
    expect(await rows`select mime_type, anomalies from photos where photo_id = ${photoId}`).toEqual([
      { mime_type: "image/heic", anomalies: ["TRAILING_DATA", "EMBEDDED_MARKUP"] },
    ])
  })

  test("completes once although its message arrives three times", async () => {
    const [photoId] = (await newJob(1)).photoIds as [PhotoId]
    for (let delivery = 0; delivery < 3; delivery += 1) {
      const { claimed } = await claim(photoId)
      if (claimed) await complete(photoId, claimed.attempt)
    }
    expect(await eventsOf(photoId)).toEqual([
      "PhotoQueued",
      "PhotoUploadCompleted",
      "PhotoProcessingCompleted",
    ])
  })

  test("whose worker died is claimed again when the lease expires, and results of the old worker are ignored", async () => {
    const [photoId] = (await newJob(1)).photoIds as [PhotoId]
    expect((await claim(photoId)).claimed?.attempt).toBe(1)
    expect(await claim(photoId)).toMatchObject({ claimed: null, known: { status: "PROCESSING" } })
    await expireLease(photoId)
    expect((await claim(photoId)).claimed?.attempt).toBe(2)
    expect(await fail(photoId, 1)).toEqual({ isMoved: false })
    expect(await complete(photoId, 2)).toEqual({ isMoved: true })
  })

  test("that was released can be claimed at once", async () => {
    const [photoId] = (await newJob(1)).photoIds as [PhotoId]
    await claim(photoId)
    await database.run(releasePhoto, { photoId, attempt: 1, reason: "Outage" })
    expect((await claim(photoId)).claimed?.attempt).toBe(2)
  })

  test("is uploaded once, whether finalize or the storage event comes first", async () => {
    for (const order of [
      [finalize, claim],
      [claim, finalize],
    ]) {
      const [photoId] = (await newJob(1)).photoIds as [PhotoId]
      for (const step of order) await step(photoId)
      expect(await eventsOf(photoId)).toEqual(["PhotoQueued", "PhotoUploadCompleted"])
    }
  })

  test("of another user or with an unknown id cannot be claimed", async () => {
    const [photoId] = (await newJob(1)).photoIds as [PhotoId]
    const stranger = { photoId, userId: newId.user(), etag: "e", sequencer: null, leaseMs, concurrency: 3 }
    expect(await database.run(claimPhoto, stranger)).toEqual({
      claimed: null,
      deferred: null,
      known: null,
    })
  })
})

describe("a job", () => {
  test("counts its photos exactly and finishes with the last one, for any outcomes in any order", async () => {
    const anyOutcomes = fc.array(fc.constantFrom("complete" as const, "fail" as const, "leave" as const), {
      minLength: 1,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(anyOutcomes, async (outcomes) => {
        const { jobId, photoIds } = await newJob(outcomes.length)
        const end = async (photoId: PhotoId, index: number) => {
          await Promise.all([claim(photoId), finalize(photoId)])
          const act = outcomes[index] === "complete" ? complete : outcomes[index] === "fail" ? fail : null
          // Twice: the second has no effect.
          await Promise.all([act?.(photoId, 1), act?.(photoId, 1)])
        }
        await Promise.all(photoIds.map(end))

        const [job] = await rows`select * from upload_jobs where job_id = ${jobId}`
        const completed = outcomes.filter((each) => each === "complete").length
        const failed = outcomes.filter((each) => each === "fail").length
        const counts = { total: outcomes.length, completed, failed, cancelled: 0, duplicate: 0 }
        expect(job).toMatchObject({
          completed_count: completed,
          failed_count: failed,
          status: jobStatusOf(counts, true),
        })
        const [terminalEvents] = await rows`
          select count(*)::int as times from outbox_events where job_id = ${jobId} and type = 'UploadJobCompleted'`
        expect(terminalEvents?.times).toBe(completed + failed === outcomes.length ? 1 : 0)
      }),
      { numRuns: 40 },
    )
  })
})
