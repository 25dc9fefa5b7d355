import { randomUUID } from "node:crypto"
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs"
import { AwsClient } from "aws4fetch"
import { pino } from "pino"
import type postgres from "postgres"
import { ulid } from "ulid"
import { vi } from "vitest"
import { type NodeDatabase, openNodeDatabase } from "../../../db/node.ts"
import { createOwnDatabase, type OwnDatabase } from "../../../db/testing/own-database.ts"
import type { PhotoStatus } from "../../../domain/photo-status.ts"
import { type ObjectStore, objectStoreOf } from "../../platform/object-store.ts"
import { ObjectStoreUnavailable } from "../../platform/outage.ts"
import { workQueueOf } from "../../platform/work-queue.ts"
import { sweepOnce, sweepTasks } from "../sweep.ts"
import type { SweepBounds, SweepContext } from "../sweep-context.ts"

/** Provided by the global set-up of the tests. */
export type TestStorage = {
  databaseUrl: string
  s3Endpoint: string
  sqsEndpoint: string
  bucket: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string }
}

export type StoredPhoto = { photoId: string; jobId: string; s3Key: string }

/** With these bounds the next sweep handles all photos and objects of the fixture, regardless of their age. */
const bounds: SweepBounds = {
  quietMs: 1000,
  uploadMs: 86_400_000,
  processingMs: 21_600_000,
  lateObjectMs: 3_600_000,
  // The modification time of an object has a resolution of one second.
  orphanMs: -5000,
  maxOrphans: 10,
  maxOrphanShare: 0.1,
}

export type SweepFixture = Awaited<ReturnType<typeof openSweepFixture>>

/**
 * A separate database, queue and environment (in the shared bucket) for one test file, because the sweep handles every
 * photo and object that it finds.
 */
export const openSweepFixture = async (
  storage: TestStorage,
  environment = `sweep-${randomUUID().slice(0, 8)}`,
) => {
  const sqs = new SQSClient({
    region: storage.region,
    endpoint: storage.sqsEndpoint,
    credentials: storage.credentials,
  })
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: randomUUID() }))
  const config = {
    s3: { endpoint: storage.s3Endpoint, bucket: storage.bucket, region: storage.region },
    sqs: { endpoint: storage.sqsEndpoint, queueUrl: QueueUrl, visibilityTimeoutSeconds: 30 },
  }
  vi.stubEnv("AWS_ACCESS_KEY_ID", storage.credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", storage.credentials.secretAccessKey)
  const unremovable = new Set<string>()
  const s3 = objectStoreOf(config)
  const objectStore: ObjectStore = {
    ...s3,
    // The local S3 cannot be made to fail for a single key.
    remove: async (key, signal) => {
      if (unremovable.has(key)) throw new ObjectStoreUnavailable("DeleteObject returned 500")
      await s3.remove(key, signal)
    },
  }
  const workQueue = workQueueOf(config)
  const primary = await openDatabase(await createOwnDatabase(storage.databaseUrl))
  const opened = [primary]
  const logged: { level: number; msg: string; [fact: string]: unknown }[] = []
  const log = pino({ level: "info" }, { write: (line: string) => logged.push(JSON.parse(line)) })

  const contextOf = (
    { database }: OpenDatabase,
    given: Partial<SweepBounds> = {},
  ): Omit<SweepContext, "mayDelete"> => ({
    environment,
    database,
    objectStore,
    workQueue,
    bounds: { ...bounds, ...given },
    log,
    signal: new AbortController().signal,
  })
  return {
    ...primary,
    environment,
    objectStore,
    workQueue,
    /** The errors that the sweep logged. */
    errors: () => logged.filter(({ level }) => level >= 50),
    /** Runs the sweep once, on the fixture's database or another one. */
    sweep: (given?: Partial<SweepBounds>, on: OpenDatabase = primary) =>
      sweepOnce(sweepTasks(), contextOf(on, given)),
    addPhotos: (count: number, facts: PhotoFacts) => addPhotos(primary.rows, environment, count, facts),
    /** Removes all photos and messages before a test. */
    removePhotos: async () => {
      await primary.rows`truncate photos, outbox_events, undelivered_events cascade`
      unremovable.clear()
      await receiveKeys(sqs, QueueUrl)
    },
    /** Opens a multipart upload that belongs to no photo. */
    openUpload: async (key: string) => {
      const client = new AwsClient({ ...storage.credentials, service: "s3", region: storage.region })
      await client.fetch(`${storage.s3Endpoint}/${storage.bucket}/${key}?uploads`, { method: "POST" })
    },
    openUploads: async () =>
      (await objectStore.listUploads(`${environment}/`, null, new AbortController().signal)).items.map(
        ({ key }) => key,
      ),
    /** Keys whose removal fails from now on. */
    unremovable,
    putObject: (key: string) => putObject(objectStore, key),
    hasObject: async (key: string) => (await objectStore.head(key, new AbortController().signal)) !== null,
    /** A database without the fixture's photos. */
    openEmptyDatabase: async () => {
      const empty = await openDatabase(await createOwnDatabase(storage.databaseUrl))
      opened.push(empty)
      return empty
    },
    /** A copy of the fixture's database, like a backup that is restored later. */
    openCopy: async () => {
      const copy = await openDatabase(await primary.own.copy())
      opened.push(copy)
      return copy
    },
    /** The keys in the messages sent since the last call. */
    receiveKeys: () => receiveKeys(sqs, QueueUrl),
    close: async () => {
      for (const { close } of opened) await close()
      workQueue.close()
      objectStore.close()
      vi.unstubAllEnvs()
      sqs.destroy()
    },
  }
}

export type OpenDatabase = { own: OwnDatabase; database: NodeDatabase; rows: postgres.Sql }

const openDatabase = async (own: OwnDatabase) => {
  const database = openNodeDatabase(own.url, 8)
  return {
    own,
    database,
    rows: own.sql,
    close: async () => {
      await database.close()
      await own.drop()
    },
  }
}

type PhotoFacts = {
  status: PhotoStatus
  /** Time since the last change of status and of the row. */
  ageMs: number
  failureReason?: string
  uploadId?: string
}

/** Adds photos of one new user in one new job. */
const addPhotos = async (
  rows: postgres.Sql,
  environment: string,
  count: number,
  { status, ageMs, failureReason, uploadId }: PhotoFacts,
): Promise<StoredPhoto[]> => {
  const isTerminal = ["COMPLETED", "FAILED", "CANCELLED"].includes(status)
  const ended = (which: PhotoStatus) => (status === which ? count : 0)
  const since = new Date(Date.now() - ageMs)
  const isHeld = failureReason !== "EXPIRED" && status !== "CANCELLED"
  const photoIds = Array.from({ length: count }, () => `ph_${ulid()}`)
  const added = await rows`
    with new_user as (
      insert into users (user_id, email, password_hash, used_bytes, used_photos)
      select id, id, 'none', ${isHeld ? count * 1000 : 0}, ${isHeld ? count : 0}
      from (select ${`usr_${ulid()}`} as id) as new_id
      returning user_id
    ),
    new_job as (
      insert into upload_jobs (job_id, user_id, total_count, completed_count, failed_count, cancelled_count, status,
        completed_at)
      select ${`job_${ulid()}`}, user_id, ${count}, ${ended("COMPLETED")}, ${ended("FAILED")}, ${ended("CANCELLED")},
        ${isTerminal ? status : "IN_PROGRESS"}, ${isTerminal ? since : null}
      from new_user returning job_id, user_id
    ),
    new_event as (
      insert into outbox_events (type, user_id, job_id, data)
      select 'UploadJobCreated', user_id, job_id, '{}' from new_job
    )
    insert into photos (photo_id, job_id, user_id, filename, mime_type, bytes, s3_key, upload_id, status, status_since,
      updated_at, completed_at, failure_reason, etag)
    select photo_id, job_id, user_id, 'a.jpg', 'image/jpeg', 1000,
      ${environment} || '/' || user_id || '/' || photo_id || '/original', ${uploadId ?? null}, ${status}, ${since},
      ${since}, ${isTerminal ? since : null}, ${failureReason ?? null},
      ${status === "PROCESSING" || status === "COMPLETED" ? "e" : null}
    from new_job, jsonb_array_elements_text(${JSON.stringify(photoIds)}::text::jsonb) as photo_id
    returning photo_id, job_id, s3_key`
  return added.map((row) => ({ photoId: row.photo_id, jobId: row.job_id, s3Key: row.s3_key }))
}

const putObject = (objectStore: ObjectStore, key: string): Promise<void> =>
  objectStore.put(key, new Uint8Array(1000), "image/jpeg", new AbortController().signal)

const receiveKeys = async (sqs: SQSClient, queueUrl: string): Promise<string[]> => {
  const keys: string[] = []
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    )
    if (Messages.length === 0) return keys
    keys.push(...Messages.map(({ Body = "" }) => JSON.parse(Body).detail.object.key as string))
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    )
  }
}
