import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs"
import { pino } from "pino"
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest"
import { buildObjectCreated } from "../../aws/object-created.ts"
import type { PhotoId, UserId } from "../../domain/ids.ts"
import type { PhotoExif } from "../../domain/image.ts"
import { originalKey } from "../../domain/object-key.ts"
import { ok } from "../../domain/result.ts"
import { insertUser } from "../../edge/auth/register/sql.ts"
import { insertUploadJob } from "../../edge/commands/create-upload-job/sql.ts"
import { newId } from "../../edge/new-id.ts"
import { testStorage } from "../../local/test-environment.ts"
import { createBufferPool } from "../platform/buffer-pool.ts"
import { type ObjectStore, objectStoreOf } from "../platform/object-store.ts"
import { startQueue } from "../platform/queue.ts"
import { openScratch, type Scratch } from "../platform/scratch.ts"
import { createOwnDatabase, type OwnDatabase } from "../testing/own-database.ts"
import { processPhoto, Stopping } from "./process-photo.ts"

const { bucket, region, credentials } = testStorage
const environment = "test"
const slots = 3

let own: OwnDatabase
let sqs: SQSClient
let objectStore: ObjectStore
let scratch: Scratch
beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey)
  own = await createOwnDatabase()
  scratch = await openScratch()
  sqs = new SQSClient({ region, endpoint: inject("environment").sqsEndpoint })
  objectStore = objectStoreOf({ s3: { endpoint: inject("environment").s3Endpoint, bucket, region } })
})
afterAll(async () => {
  sqs.destroy()
  objectStore.close()
  await own.remove()
  await scratch.remove()
  vi.unstubAllEnvs()
})

/** Adds a user with uploaded photos: the objects are stored, and their messages are in the queue. */
const upload = async (queueUrl: string, count: number, content: string) => {
  const userId: UserId = newId.user()
  await own.database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
  const photos = Array.from({ length: count }, () => {
    const photoId: PhotoId = newId.photo()
    return {
      photoId,
      filename: "a.jpg",
      type: "image/jpeg" as const,
      bytes: content.length,
      path: null,
      sha256: null,
      partSize: null,
      s3Key: originalKey(environment, userId, photoId),
    }
  })
  const request = {
    traceparent: "00-0-0-01",
    idempotencyKey: null,
    fingerprint: "",
    allowDuplicates: false,
    importKeywords: false,
  }
  await own.database.run(insertUploadJob, { jobId: newId.job(), userId, photos, ...request })
  const signal = AbortSignal.timeout(30_000)
  const body = new TextEncoder().encode(content)
  const unstored = [...photos]
  const store = async () => {
    for (let photo = unstored.shift(); photo; photo = unstored.shift())
      await objectStore.put(photo.s3Key, body, "image/jpeg", signal)
  }
  await Promise.all(Array.from({ length: 8 }, store))
  const etag = createHash("md5").update(body).digest("hex")
  await own.rows`update photos set status = 'PROCESSING', etag = ${etag} where user_id = ${userId}`
  for (let start = 0; start < count; start += 10) {
    const Entries = photos.slice(start, start + 10).map(({ s3Key }, index) => ({
      Id: String(index),
      MessageBody: buildObjectCreated("processor", bucket, { key: s3Key, etag, bytes: content.length }),
    }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
  }
  return userId
}

test("500 slow photos of one user do not delay the photo of another user that was uploaded later", {
  timeout: 120_000,
}, async () => {
  const { QueueUrl: queueUrl = "" } = await sqs.send(
    new CreateQueueCommand({ QueueName: crypto.randomUUID() }),
  )
  const busyUser = await upload(queueUrl, 500, "slow")
  const otherUser = await upload(queueUrl, 1, "fast")
  const stopping = new AbortController()
  let slowPhotos = 0
  const handle = processPhoto({
    environment,
    bucket,
    maxFileBytes: 1000,
    concurrency: slots,
    photoTimeoutMs: 110_000,
    stopping: stopping.signal,
    database: own.database,
    objectStore,
    examiner: {
      // Simulates a decode that takes minutes: no real file takes as long as this test needs.
      examine: async (content, type, signal) => {
        const isSlow =
          String(typeof content === "string" ? await readFile(content) : Buffer.from(content)) === "slow"
        if (isSlow) {
          slowPhotos += 1
          await new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason), { once: true })
          })
        }
        return ok({
          facts: {
            type,
            width: 1,
            height: 1,
            exif: {} as PhotoExif,
            isDegraded: false,
            anomalies: [],
            thumbhash: "",
            annotations: null,
          },
          thumbnails: [],
        })
      },
      close: async () => undefined,
    },
    withBuffer: createBufferPool().withBuffer,
    withScratchFile: scratch.withFile,
    log: pino({ level: "silent" }),
  })
  const queue = startQueue(
    {
      sqs: { endpoint: inject("environment").sqsEndpoint, queueUrl, visibilityTimeoutSeconds: 30 },
      s3: { endpoint: undefined, bucket, region },
      concurrency: slots,
      deadLetters: null,
    },
    handle,
    pino({ level: "silent" }),
  )
  try {
    await vi.waitFor(
      async () => {
        const [photo] = await own.rows`select status from photos where user_id = ${otherUser}`
        expect(photo?.status).toBe("COMPLETED")
      },
      { timeout: 90_000, interval: 100 },
    )
    const [before] = await own.rows`
      select count(*)::int from photo_timeline t join photos p using (photo_id)
      where p.user_id = ${busyUser} and t.kind = 'ATTEMPT_STARTED' and t.occurred_at <
        (select completed_at from photos where user_id = ${otherUser})`
    expect(before?.count).toBe(2)
    // Now no other user waits, so the busy user also gets the third slot.
    await vi.waitFor(() => expect(slowPhotos).toBe(slots), { timeout: 20_000, interval: 50 })
    const [leases] = await own.rows`
      select count(*)::int from photos where user_id = ${busyUser} and lease_expires_at > now()`
    expect(leases?.count).toBe(slots)
    // Deferred messages are part of the backlog.
    const attributes = [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesDelayed",
      "ApproximateNumberOfMessagesNotVisible",
    ] as const
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...attributes] }),
    )
    expect(Number(Attributes.ApproximateNumberOfMessagesDelayed)).toBeGreaterThan(0)
    expect(attributes.reduce((sum, name) => sum + Number(Attributes[name]), 0)).toBe(500)
    stopping.abort(new Stopping("test"))
    await queue.stop()
    const [held] = await own.rows`select count(*)::int from photos where lease_expires_at > now()`
    expect(held?.count).toBe(0)
  } finally {
    stopping.abort()
    await queue.stop()
  }
})
