import postgres from "postgres"
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest"
import { type NodeDatabase, openNodeDatabase } from "../../db/node.ts"
import { cloudEventOf, type OutboxEvent } from "../../domain/cloud-event.ts"
import type { UserId } from "../../domain/ids.ts"
import { insertUser } from "../../edge/auth/register/sql.ts"
import { insertUploadJob } from "../../edge/commands/create-upload-job/sql.ts"
import { newId } from "../../edge/new-id.ts"
import { markPublished, postponeEvents, selectUnpublishedEvents } from "./sql.ts"

let database: NodeDatabase
let rows: postgres.Sql
let userId: UserId
beforeAll(async () => {
  const { databaseUrl } = inject("environment")
  database = openNodeDatabase(databaseUrl, 2)
  rows = postgres(databaseUrl, { max: 1 })
})
afterAll(async () => {
  await database.close()
  await rows.end()
})
beforeEach(async () => {
  userId = newId.user()
  await database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
})

/** A job of one photo: two events. */
const newJob = async () => {
  const jobId = newId.job()
  const photoId = newId.photo()
  const photo = {
    photoId,
    filename: "a.jpg",
    type: "image/jpeg" as const,
    bytes: 1,
    sha256: null,
    partSize: null,
  }
  const request = { traceparent: "00-0-0-01", idempotencyKey: null, fingerprint: "" }
  await database.run(insertUploadJob, { jobId, userId, photos: [{ ...photo, s3Key: photoId }], ...request })
  return jobId
}

// Other tests write into the same outbox.
const waiting = async (): Promise<OutboxEvent[]> =>
  (await database.run(selectUnpublishedEvents, { limit: 100_000 })).filter((event) => event.userId === userId)

const publish = (events: readonly OutboxEvent[]) =>
  database.run(markPublished, {
    events: events.map((event) => ({
      sequence: event.sequence,
      type: event.type,
      event: cloudEventOf(event, "test"),
    })),
  })

describe("the outbox", () => {
  test("gives a job's events in order, until they are published", async () => {
    const jobId = await newJob()
    const events = await waiting()
    expect(events.map(({ type }) => type)).toEqual(["UploadJobCreated", "PhotoQueued"])
    expect(events.every((event) => event.jobId === jobId)).toBe(true)
    await publish(events.slice(0, 1))
    expect((await waiting()).map(({ type }) => type)).toEqual(["PhotoQueued"])
    await publish(events)
    expect(await waiting()).toEqual([])
  })

  test("holds back a job's later events while an earlier one is put off, and no other job's", async () => {
    const [first, second] = [await newJob(), await newJob()]
    const [created] = (await waiting()).filter(({ jobId }) => jobId === first)
    await database.run(postponeEvents, { refused: [{ sequence: created?.sequence ?? 0, error: "no" }] })
    expect(new Set((await waiting()).map(({ jobId }) => jobId))).toEqual(new Set([second]))
    await rows`update outbox_events set next_attempt_at = now() where sequence = ${created?.sequence ?? 0}`
    expect((await waiting()).filter(({ jobId }) => jobId === first)).toHaveLength(2)
  })

  test("parks an event after its eighth refusal, and lets the others of its job go", async () => {
    await newJob()
    const [created, queued] = await waiting()
    const refused = [{ sequence: created?.sequence ?? 0, error: "the edge answered 422" }]
    for (let time = 1; time < 8; time += 1)
      expect(await database.run(postponeEvents, { refused })).toEqual({ parked: [] })
    expect(await database.run(postponeEvents, { refused })).toEqual({ parked: [created?.sequence] })
    expect((await waiting()).map(({ sequence }) => sequence)).toEqual([queued?.sequence])
  })

  test("queues a published event once for each webhook that asked for its type", async () => {
    for (const [endpoint, types, disabled] of [
      ["all", null, null],
      ["some", ["PhotoQueued"], null],
      ["other", ["PhotoFailed"], null],
      ["off", null, new Date()],
    ] as const)
      await rows`
        insert into webhook_endpoints (endpoint_id, user_id, url, secret, event_types, disabled_at)
        values (${`${endpoint}-${userId}`}, ${userId}, 'https://example.com', 'whsec_x', ${types && rows.json([...types])},
          ${disabled})`
    await newJob()
    const events = await waiting()
    await publish(events)
    await publish(events)
    const queued = await rows`
      select endpoint_id, event->>'type' as type from webhook_deliveries join webhook_endpoints using (endpoint_id)
      where user_id = ${userId} order by endpoint_id, delivery_id`
    expect(queued.map(({ endpoint_id, type }) => [endpoint_id.split("-")[0], type])).toEqual([
      ["all", "rapid-photo-upload.UploadJobCreated.v1"],
      ["all", "rapid-photo-upload.PhotoQueued.v1"],
      ["some", "rapid-photo-upload.PhotoQueued.v1"],
    ])
  })
})
