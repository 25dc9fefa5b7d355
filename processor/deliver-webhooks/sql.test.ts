import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest"
import { databaseOf } from "../../db/node.ts"
import type { UserId } from "../../domain/ids.ts"
import { newId } from "../../edge/new-id.ts"
import { openTestOutbox } from "../../local/test-outbox.ts"
import { type DeliveryOutcome, type DueDelivery, leaseDue, recordOutcome } from "./sql.ts"

let outbox: Awaited<ReturnType<typeof openTestOutbox>>
beforeAll(async () => {
  outbox = await openTestOutbox(inject("environment").databaseUrl)
})
afterAll(() => outbox.drop())
afterEach(() => outbox.rows`truncate webhook_endpoints, webhook_deliveries`)

/** Adds an endpoint with due deliveries. */
const newEndpoint = async (deliveries: number, owner?: UserId): Promise<string> => {
  const endpointId = newId.endpoint()
  const userId = owner ?? (await outbox.newUser())
  await outbox.rows`
    insert into webhook_endpoints (endpoint_id, user_id, url, secret)
    values (${endpointId}, ${userId}, 'https://example.com/', 'whsec_AAAA')`
  await outbox.rows`
    insert into webhook_deliveries (endpoint_id, event_id, event)
    select ${endpointId}, 'evt_' || n, '{}' from generate_series(1, ${deliveries}) n`
  return endpointId
}
const lease = (limit = 100, after = "") => outbox.database.run(leaseDue, { limit, after, leaseMs: 60_000 })
/** Leases until no delivery is due. */
const leaseAll = async (): Promise<DueDelivery[]> => {
  const { deliveries } = await lease()
  return deliveries.length === 0 ? [] : [...deliveries, ...(await leaseAll())]
}
const record = (delivery: DueDelivery, outcome: Partial<DeliveryOutcome> = {}) => {
  const { deliveryId, attempt, isProbe } = delivery
  return outbox.database.run(recordOutcome, {
    deliveryId,
    attempt,
    isProbe,
    status: "PENDING",
    lastStatus: 500,
    lastError: null,
    retryAfterMs: 0,
    disableReason: null,
    ...outcome,
  })
}
const delivered = { status: "DELIVERED", lastStatus: 200 } as const
const endpointOf = async (endpointId: string) => {
  const [row] = await outbox.rows`
    select consecutive_failures, disabled_at is not null as is_disabled, paused_until > now() as is_paused,
      round(extract(epoch from paused_until - now()))::int as paused_seconds
    from webhook_endpoints where endpoint_id = ${endpointId}`
  return row
}
const statusOf = async ({ deliveryId }: DueDelivery) =>
  (await outbox.rows`select status from webhook_deliveries where delivery_id = ${deliveryId}`)[0]?.status
const only = <Item>(items: readonly Item[]): Item => {
  const [item] = items
  if (!item || items.length > 1) throw new Error(`${items.length} items`)
  return item
}

describe("leasing", () => {
  test("takes one delivery per endpoint in turn, and continues after the last endpoint", async () => {
    const ids = (await Promise.all([newEndpoint(3), newEndpoint(3), newEndpoint(3)])).toSorted()
    const first = await lease(2)
    expect(first.deliveries.map(({ endpointId }) => endpointId)).toEqual(ids.slice(0, 2))
    const second = await lease(2, first.after ?? "")
    expect(second.deliveries.map(({ endpointId }) => endpointId)).toEqual(ids.slice(2))
    expect(second.after).toBeNull()
  })

  test("has at most four deliveries of an endpoint in flight, and eight of a user", async () => {
    const userId = await outbox.newUser()
    for (let count = 0; count < 4; count += 1) await newEndpoint(10, userId)
    await newEndpoint(10)
    const all = await leaseAll()
    const counts = Map.groupBy(all, ({ endpointId }) => endpointId)
    expect(Math.max(...Array.from(counts.values(), (each) => each.length))).toBe(4)
    expect(all).toHaveLength(8 + 4)
    for (const delivery of all.slice(0, 3)) await record(delivery, delivered)
    expect(await leaseAll()).toHaveLength(3)
  })

  test("keeps both bounds while another worker's lease is not committed", async () => {
    const userId = await outbox.newUser()
    const ids: string[] = []
    for (let count = 0; count < 4; count += 1) ids.push(await newEndpoint(10, userId))
    const [first = ""] = ids.toSorted()
    // Seven in flight, three of them to the first endpoint.
    await outbox.rows`
      update webhook_deliveries set next_attempt_at = now() + interval '1 minute', lease_expires_at = now() + interval '1 minute'
      where delivery_id in (
        select delivery_id from (
          select delivery_id, row_number() over (partition by endpoint_id = ${first} order by delivery_id) as n,
            endpoint_id = ${first} as is_first from webhook_deliveries) as numbered
        where n <= case when is_first then 3 else 4 end)`
    await outbox.rows.begin(async (transaction) => {
      const inTransaction = databaseOf(transaction)
      const eighth = await inTransaction.run(leaseDue, { limit: 1, after: "", leaseMs: 60_000 })
      expect(only(eighth.deliveries).endpointId).toBe(first)
      await outbox.rows`
        insert into webhook_deliveries (endpoint_id, event_id, event, next_attempt_at)
        values (${first}, 'evt_earlier', '{}', now() - interval '1 hour')`
      expect((await lease()).deliveries).toEqual([])
    })
    expect((await lease()).deliveries).toEqual([])
  })

  test("leases a delivery to one worker only", async () => {
    await Promise.all(Array.from({ length: 6 }, () => newEndpoint(1)))
    const pages = await Promise.all(Array.from({ length: 4 }, () => lease()))
    const leased = pages.flatMap(({ deliveries }) => deliveries.map(({ deliveryId }) => deliveryId))
    expect(new Set(leased).size).toBe(leased.length)
    expect(leased).toHaveLength(6)
  })

  test("leases a delivery to another worker when the lease expires, and ignores the outcome of the first", async () => {
    await newEndpoint(1)
    const first = only(await leaseAll())
    await outbox.rows`update webhook_deliveries set next_attempt_at = now(), lease_expires_at = now()`
    const second = only(await leaseAll())
    expect([first.attempt, second.attempt]).toEqual([1, 2])
    expect(await record(first, delivered)).toEqual({ isRecorded: false })
    expect(await record(second, delivered)).toEqual({ isRecorded: true })
  })

  test("skips disabled endpoints and deliveries that are not due", async () => {
    const disabled = await newEndpoint(1)
    await outbox.rows`update webhook_endpoints set disabled_at = now() where endpoint_id = ${disabled}`
    const postponed = await newEndpoint(1)
    await outbox.rows`
      update webhook_deliveries set next_attempt_at = now() + interval '1 minute' where endpoint_id = ${postponed}`
    expect(await leaseAll()).toEqual([])
  })
})

describe("a failing endpoint", () => {
  /** Records failures of an endpoint until it is paused. */
  const pausedEndpoint = async () => {
    const endpointId = await newEndpoint(10)
    for (const delivery of await leaseAll()) await record(delivery)
    return endpointId
  }
  const endPause = () => outbox.rows`
    update webhook_endpoints set paused_until = now() where paused_until is not null`

  test("is paused for all deliveries after three failures; another endpoint of its user is not", async () => {
    const userId = await outbox.newUser()
    const [failing, other] = [await newEndpoint(10, userId), await newEndpoint(1, userId)]
    const all = await leaseAll()
    for (const delivery of all.filter(({ endpointId }) => endpointId === failing)) await record(delivery)
    expect(await endpointOf(failing)).toMatchObject({ is_paused: true, consecutive_failures: 3 })
    expect(await leaseAll()).toEqual([])
    await record(only(all.filter(({ endpointId }) => endpointId === other)))
    expect(await endpointOf(other)).toMatchObject({ is_paused: null, consecutive_failures: 1 })
    expect(only(await leaseAll()).endpointId).toBe(other)
  })

  test("is not paused when a delivery succeeds between its failures", async () => {
    const endpointId = await newEndpoint(10)
    const [first, second, third, fourth] = await leaseAll()
    if (!first || !second || !third || !fourth) throw new Error("not leased")
    await record(first)
    await record(second)
    await record(third, delivered)
    await record(fourth)
    expect(await endpointOf(endpointId)).toMatchObject({ is_paused: null, consecutive_failures: 1 })
  })

  test("gets one probe after its pause over all workers, and a longer pause when the probe fails", async () => {
    const endpointId = await pausedEndpoint()
    const first = Number((await endpointOf(endpointId))?.paused_seconds)
    await endPause()
    const pages = await Promise.all(Array.from({ length: 4 }, () => lease()))
    const probe = only(pages.flatMap(({ deliveries }) => deliveries))
    expect(probe.isProbe).toBe(true)
    expect(await leaseAll()).toEqual([])
    await record(probe)
    const second = await endpointOf(endpointId)
    expect(second).toMatchObject({ is_paused: true, consecutive_failures: 4 })
    expect(Number(second?.paused_seconds)).toBeGreaterThan(first)
  })

  test("is never paused for much longer than half an hour", async () => {
    const endpointId = await pausedEndpoint()
    await outbox.rows`update webhook_endpoints set consecutive_failures = 1000`
    await endPause()
    await record(only(await leaseAll()))
    expect((await endpointOf(endpointId))?.paused_seconds).toBeLessThanOrEqual(1800 * 1.2)
  })

  test("gets all deliveries again after a successful probe", async () => {
    const endpointId = await pausedEndpoint()
    await endPause()
    await record(only(await leaseAll()), delivered)
    expect(await endpointOf(endpointId)).toMatchObject({ is_paused: null, consecutive_failures: 0 })
    expect(await leaseAll()).toHaveLength(4)
  })

  test("is probed again when the worker that probed it died", async () => {
    await pausedEndpoint()
    await endPause()
    expect(only(await leaseAll()).isProbe).toBe(true)
    await endPause()
    expect(only(await leaseAll()).isProbe).toBe(true)
  })

  test("is probed with an unattempted delivery in preference to a failed one", async () => {
    await pausedEndpoint()
    await endPause()
    const probe = only(await leaseAll())
    expect(probe.attempt).toBe(1)
  })
})

describe("an endpoint is disabled", () => {
  const failingFor = async (days: number) => {
    const endpointId = await newEndpoint(2)
    await outbox.rows`
      update webhook_endpoints set failing_since = now() - ${days} * interval '1 day'
      where endpoint_id = ${endpointId}`
    const [given, waiting] = await leaseAll()
    if (!given || !waiting) throw new Error("not leased")
    return { endpointId, given, waiting }
  }

  test("when a delivery fails after five days of failures, and its other deliveries fail too", async () => {
    const { endpointId, given, waiting } = await failingFor(6)
    await record(given, { status: "FAILED" })
    expect(await endpointOf(endpointId)).toMatchObject({ is_disabled: true })
    expect(await statusOf(waiting)).toBe("FAILED")
  })

  test.each([
    ["it has failed for only three days", 3, "FAILED"],
    ["the delivery is attempted again", 6, "PENDING"],
  ] as const)("not while %s", async (_, days, status) => {
    const { endpointId, given } = await failingFor(days)
    await record(given, { status })
    expect(await endpointOf(endpointId)).toMatchObject({ is_disabled: false })
  })

  test("not because of failures before its last success", async () => {
    const { endpointId, given, waiting } = await failingFor(6)
    await record(given, delivered)
    await record(waiting, { status: "FAILED" })
    expect(await endpointOf(endpointId)).toMatchObject({ is_disabled: false, consecutive_failures: 1 })
  })

  test("at once by 410 Gone, without effect on other endpoints", async () => {
    const { endpointId, given, waiting } = await failingFor(0)
    await newEndpoint(1)
    const other = only(await leaseAll())
    await record(given, { status: "FAILED", lastStatus: 410, disableReason: "410 Gone" })
    expect(await endpointOf(endpointId)).toMatchObject({ is_disabled: true })
    expect([await statusOf(waiting), await statusOf(other)]).toEqual(["FAILED", "PENDING"])
  })

  test("once, without a deadlock, when several workers record 410 at the same time", async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, () => newEndpoint(4)))
    const all = await leaseAll()
    expect(all).toHaveLength(16)
    const gone = { status: "FAILED", lastStatus: 410, disableReason: "410 Gone" } as const
    await Promise.all(all.map((delivery) => record(delivery, gone)))
    expect(await Promise.all(all.map(statusOf))).toEqual(all.map(() => "FAILED"))
    for (const id of ids) expect(await endpointOf(id)).toMatchObject({ is_disabled: true })
  })

  test("and a delivery that succeeded in the meantime is DELIVERED", async () => {
    const { given, waiting } = await failingFor(0)
    await record(given, { status: "FAILED", lastStatus: 410, disableReason: "410 Gone" })
    await record(waiting, delivered)
    expect(await statusOf(waiting)).toBe("DELIVERED")
  })
})
