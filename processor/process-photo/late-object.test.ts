import { pino } from "pino"
import postgres from "postgres"
import sharp from "sharp"
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest"
import { buildObjectCreated } from "../../aws/object-created.ts"
import { type NodeDatabase, openNodeDatabase } from "../../db/node.ts"
import type { PhotoId, UserId } from "../../domain/ids.ts"
import { originalKey } from "../../domain/object-key.ts"
import { insertUser } from "../../edge/auth/register/sql.ts"
import { insertUploadJob } from "../../edge/commands/create-upload-job/sql.ts"
import { newId } from "../../edge/new-id.ts"
import { testStorage } from "../../local/test-environment.ts"
import { createBufferPool } from "../platform/buffer-pool.ts"
import { type ObjectStore, objectStoreOf } from "../platform/object-store.ts"
import { openScratch, type Scratch } from "../platform/scratch.ts"
import { failUnfinishedPhotos } from "../sweep/photos-sql.ts"
import { type ImageExaminer, startImageExaminer } from "./image/image-examiner.ts"
import { processPhoto } from "./process-photo.ts"

const environment = "late"
const signal = new AbortController().signal

let database: NodeDatabase
let rows: postgres.Sql
let objectStore: ObjectStore
let examiner: ImageExaminer
let scratch: Scratch
let photo: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", testStorage.credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", testStorage.credentials.secretAccessKey)
  const { databaseUrl, s3Endpoint } = inject("environment")
  database = openNodeDatabase(databaseUrl, 2)
  rows = postgres(databaseUrl, { max: 1 })
  const { bucket, region } = testStorage
  objectStore = objectStoreOf({ s3: { endpoint: s3Endpoint, bucket, region } })
  const limits = { maxPixels: 1_000_000, maxMs: 20_000, maxDecodedBytes: 100_000_000 }
  examiner = startImageExaminer({ threads: 1, limits })
  scratch = await openScratch()
  const image = sharp({ create: { width: 40, height: 30, channels: 3, background: "teal" } })
  photo = new Uint8Array(await image.jpeg().toBuffer())
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await examiner?.close()
  await scratch?.remove()
  objectStore?.close()
  await database.close()
  await rows.end()
})

let userId: UserId
let photoId: PhotoId
let key: string
/** Adds an expired photo. */
beforeEach(async () => {
  userId = newId.user()
  photoId = newId.photo()
  key = originalKey(environment, userId, photoId)
  await database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
  const expected = {
    filename: "a.jpg",
    type: "image/jpeg" as const,
    bytes: photo.byteLength,
    path: null,
    sha256: null,
  }
  await database.run(insertUploadJob, {
    jobId: newId.job(),
    userId,
    photos: [{ photoId, ...expected, partSize: null, s3Key: key }],
    traceparent: "00-0-0-01",
    idempotencyKey: null,
    fingerprint: "",
    allowDuplicates: false,
    importKeywords: false,
  })
  const fault = { reason: "EXPIRED", detail: "The file was not uploaded in time." } as const
  await database.run(failUnfinishedPhotos, { photoIds: [photoId], statuses: ["QUEUED"], fault })
})

/** Handles the message that S3 sends for an object. */
const handleObjectCreated = async () => {
  const object = await objectStore.head(key, signal)
  const handle = processPhoto({
    environment,
    bucket: testStorage.bucket,
    maxFileBytes: 10_000_000,
    concurrency: 3,
    stopping: signal,
    photoTimeoutMs: 30_000,
    database,
    objectStore,
    examiner,
    withBuffer: createBufferPool().withBuffer,
    withScratchFile: scratch.withFile,
    log: pino({ level: "silent" }),
  })
  const message = buildObjectCreated("processor", testStorage.bucket, {
    key,
    etag: object?.etag ?? "gone",
    bytes: photo.byteLength,
  })
  return handle(message)
}
const state = async () => {
  const [found] = await rows`
    select p.status, p.failure_reason as reason, p.failure_detail as detail, j.status as job,
      u.used_bytes::int as bytes, u.used_photos as photos
    from photos p join upload_jobs j using (job_id) join users u on u.user_id = p.user_id
    where p.photo_id = ${photoId}`
  return found
}

describe("the storage event of a photo that has expired", () => {
  test("completes the photo and reserves its quota again", async () => {
    expect(await state()).toMatchObject({ status: "FAILED", bytes: 0, photos: 0 })
    await objectStore.put(key, photo, "image/jpeg", signal)
    expect(await handleObjectCreated()).toEqual({ kind: "done" })
    expect(await state()).toEqual({
      status: "COMPLETED",
      reason: null,
      detail: null,
      job: "COMPLETED",
      bytes: photo.byteLength,
      photos: 1,
    })
  })

  test("removes the object when the quota is exhausted, and records why", async () => {
    await rows`update users set quota_photos = 0 where user_id = ${userId}`
    await objectStore.put(key, photo, "image/jpeg", signal)
    expect(await handleObjectCreated()).toEqual({ kind: "done" })
    expect(await objectStore.head(key, signal)).toBeNull()
    expect(await state()).toMatchObject({
      status: "FAILED",
      reason: "EXPIRED",
      detail: expect.stringContaining("quota was exhausted"),
      bytes: 0,
      photos: 0,
    })
  })

  test("changes nothing when the object no longer exists", async () => {
    expect(await handleObjectCreated()).toEqual({ kind: "done" })
    expect(await state()).toMatchObject({ status: "FAILED", reason: "EXPIRED", bytes: 0, photos: 0 })
  })

  test("has the same effect when it is delivered several times concurrently", async () => {
    await objectStore.put(key, photo, "image/jpeg", signal)
    await Promise.all([handleObjectCreated(), handleObjectCreated(), handleObjectCreated()])
    expect(await state()).toMatchObject({ status: "COMPLETED", bytes: photo.byteLength, photos: 1 })
  })
})
