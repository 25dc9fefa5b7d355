import postgres from "postgres"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { type NodeDatabase, openNodeDatabase } from "../../db/node.ts"
import { insertUser } from "../../edge/auth/register/sql.ts"
import { newId } from "../../edge/new-id.ts"
import { type DeliveryOutcome, recordOutcome } from "./sql.ts"

let database: NodeDatabase
let rows: postgres.Sql
beforeAll(() => {
  const { databaseUrl } = inject("environment")
  database = openNodeDatabase(databaseUrl, 4)
  rows = postgres(databaseUrl, { max: 1 })
})
afterAll(async () => {
  await database.close()
  await rows.end()
})

/** An endpoint as old as the world. */
const newEndpoint = async (): Promise<string> => {
  const userId = newId.user()
  const endpointId = newId.endpoint()
  await database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
  await rows`
    insert into webhook_endpoints (endpoint_id, user_id, url, secret, created_at)
    values (${endpointId}, ${userId}, 'https://example.com/', 'whsec_AAAA', now() - interval '1 year')`
  return endpointId
}

/** A delivery that began some days ago, in a worker's hands, so that no other test's takes it; gives its id. */
const inHand = async (endpointId: string, daysAgo = 0): Promise<number> => {
  const [row] = await rows`
    insert into webhook_deliveries (endpoint_id, event_id, event, attempts, next_attempt_at, created_at)
    values (${endpointId}, ${crypto.randomUUID()}, '{}', 1, now() + interval '1 minute',
      now() - ${daysAgo} * interval '1 day')
    returning delivery_id::int`
  return row?.delivery_id
}
const delivered = (endpointId: string, daysAgo: number) => rows`
  insert into webhook_deliveries (endpoint_id, event_id, event, status, attempts, created_at, delivered_at)
  values (${endpointId}, ${crypto.randomUUID()}, '{}', 'DELIVERED', 1, now() - ${daysAgo} * interval '1 day',
    now() - ${daysAgo} * interval '1 day')`

const record = (deliveryId: number, outcome: Partial<DeliveryOutcome>) =>
  database.run(recordOutcome, {
    deliveryId,
    attempt: 1,
    status: "FAILED",
    lastStatus: 500,
    lastError: null,
    retryAfterMs: null,
    disableReason: null,
    ...outcome,
  })
const isDisabled = async (endpointId: string): Promise<boolean> => {
  const [row] = await rows`select disabled_at from webhook_endpoints where endpoint_id = ${endpointId}`
  return row?.disabled_at !== null
}
const statusOf = async (deliveryId: number) =>
  (await rows`select status from webhook_deliveries where delivery_id = ${deliveryId}`)[0]?.status

describe("an endpoint", () => {
  test("that failed for five days and more is disabled", async () => {
    const endpointId = await newEndpoint()
    await inHand(endpointId, 6)
    await record(await inHand(endpointId, 4), {})
    expect(await isDisabled(endpointId)).toBe(true)
  })

  test("that had nothing to receive for weeks is not disabled for failing since three days", async () => {
    const endpointId = await newEndpoint()
    await inHand(endpointId, 40)
    await delivered(endpointId, 30)
    await record(await inHand(endpointId, 3), {})
    expect(await isDisabled(endpointId)).toBe(false)
  })

  test("that took something in the last five days is not disabled", async () => {
    const endpointId = await newEndpoint()
    await inHand(endpointId, 6)
    await delivered(endpointId, 1)
    await record(await inHand(endpointId, 4), {})
    expect(await isDisabled(endpointId)).toBe(false)
  })

  test("that is gone leaves nothing behind that seems to wait, nor anything of others", async () => {
    const [endpointId, other] = [await newEndpoint(), await newEndpoint()]
    const [gone, waiting, theirs] = [await inHand(endpointId), await inHand(endpointId), await inHand(other)]
    await record(gone, { lastStatus: 410, disableReason: "410 Gone" })
    expect(await statusOf(waiting)).toBe("FAILED")
    expect(await statusOf(theirs)).toBe("PENDING")
  })

  test("is disabled once, and no worker waits for another, when many hear 410 at the same time", async () => {
    const endpointId = await newEndpoint()
    const all = await Promise.all(Array.from({ length: 16 }, () => inHand(endpointId)))
    await Promise.all(all.map((id) => record(id, { lastStatus: 410, disableReason: "410 Gone" })))
    expect(await Promise.all(all.map(statusOf))).toEqual(all.map(() => "FAILED"))
    expect(await isDisabled(endpointId)).toBe(true)
  })
})

describe("a delivery", () => {
  test("that arrived while its endpoint was disabled by another is DELIVERED", async () => {
    const endpointId = await newEndpoint()
    const [first, second] = [await inHand(endpointId), await inHand(endpointId)]
    await record(first, { lastStatus: 410, disableReason: "410 Gone" })
    await record(second, { status: "DELIVERED", lastStatus: 200 })
    expect(await statusOf(second)).toBe("DELIVERED")
  })
})
