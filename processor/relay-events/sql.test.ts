import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest"
import { newId } from "../../edge/new-id.ts"
import { openTestOutbox } from "../../local/test-outbox.ts"
import { unparkEvents } from "../operate/sql.ts"
import { prune } from "../sweep/prune-sql.ts"
import { numberEvents, registerSinks, selectDueEvents, selectNewEvents, settleEvents } from "./sql.ts"

let outbox: Awaited<ReturnType<typeof openTestOutbox>>
beforeAll(async () => {
  outbox = await openTestOutbox(inject("environment").databaseUrl)
})
afterAll(() => outbox.drop())
beforeEach(async () => {
  await outbox.rows`truncate outbox_events, outbox_sinks, undelivered_events`
  await register("edge", "bus")
})

const register = (...sinks: string[]) => outbox.database.run(registerSinks, { sinks })
const readNew = async (sink: string, limit = 100) => {
  await outbox.database.run(numberEvents, {})
  return outbox.database.run(selectNewEvents, { sink, after: null, limit })
}
const readDue = (sink: string) => outbox.database.run(selectDueEvents, { sink, limit: 100 })
type Batch = Awaited<ReturnType<typeof readNew>>
type Settlement = typeof settleEvents extends { input?: infer Input } ? NonNullable<Input> : never
const settle = (sink: string, settlement: Partial<Settlement>) =>
  outbox.database.run(settleEvents, {
    sink,
    advance: null,
    hasAccepted: false,
    delivered: [],
    postponed: [],
    ...settlement,
  })
const accept = (sink: string, { advance }: Batch) => settle(sink, { advance, hasAccepted: true })
const first = <Item>(items: readonly Item[]): Item => {
  const [item] = items
  if (!item) throw new Error("no items")
  return item
}
/** Makes every failed event due. */
const makeAllDue = () =>
  outbox.rows`update undelivered_events set next_attempt_at = now() where next_attempt_at is not null`

describe("the position of a sink", () => {
  test("advances when events are accepted; until then they are read again, in order", async () => {
    const jobId = await outbox.newJob(await outbox.newUser())
    const batch = await readNew("edge")
    expect(batch.events.map(({ type }) => type)).toEqual(["UploadJobCreated", "PhotoQueued"])
    expect(batch.events.every((event) => event.jobId === jobId)).toBe(true)
    expect(await readNew("edge")).toEqual(batch)
    expect(await accept("edge", batch)).toEqual({ isSettled: true, parked: [] })
    expect((await readNew("edge")).events).toEqual([])
  })

  test("is independent of other sinks", async () => {
    await outbox.newJob(await outbox.newUser())
    await accept("edge", await readNew("edge"))
    expect((await readNew("edge")).events).toHaveLength(0)
    expect((await readNew("bus")).events).toHaveLength(2)
  })

  test("is not advanced by a relay whose batch another relay has already settled", async () => {
    await outbox.newJob(await outbox.newUser())
    const [stale, batch] = [await readNew("edge", 1), await readNew("edge")]
    await accept("edge", batch)
    const postponed = [{ sequence: first(stale.events).sequence, holdKey: "job_1", error: "late" }]
    expect(await settle("edge", { advance: stale.advance, postponed })).toEqual({
      isSettled: false,
      parked: [],
    })
    expect((await readNew("edge")).events).toEqual([])
    expect(await readDue("edge")).toEqual([])
  })

  test("of a new sink starts after the existing events; events of a removed sink are pruned", async () => {
    const userId = await outbox.newUser()
    await outbox.newJob(userId)
    await accept("edge", await readNew("edge"))
    expect(await register("edge", "late")).toEqual({ added: ["late"], retired: ["bus"] })
    expect((await readNew("late")).events).toEqual([])
    await outbox.newJob(userId)
    expect((await readNew("late")).events).toHaveLength(2)
    await outbox.rows`update outbox_events set occurred_at = now() - interval '8 days'`
    const pruned = async () => (await outbox.database.run(prune, { eventDays: 7, deliveryDays: 30 })).events
    expect(await pruned()).toBe(0)
    await outbox.rows`update outbox_sinks set retired_at = now() - interval '8 days' where sink = 'bus'`
    await accept("late", await readNew("late"))
    expect(await pruned()).toBe(2)
    await accept("edge", await readNew("edge"))
    expect(await pruned()).toBe(2)
  })
})

describe("a transaction that commits late", () => {
  /** An event written by a transaction that stays open until `commit`. */
  const openTransaction = async (jobId: string) => {
    const connection = await outbox.rows.reserve()
    await connection`begin`
    await connection`
      insert into outbox_events (type, user_id, job_id, data)
      values ('UploadJobCompleted', ${newId.user()}, ${jobId}, '{}')`
    return async () => {
      await connection`commit`
      connection.release()
    }
  }

  test("loses no event, even if sinks have accepted a higher sequence", async () => {
    const [early, late] = [newId.job(), newId.job()]
    const commitLate = await openTransaction(late)
    const commitEarly = await openTransaction(early)
    await commitEarly()
    const seen = await readNew("edge")
    expect(seen.events.map(({ jobId }) => jobId)).toEqual([early])
    await accept("edge", seen)

    await commitLate()
    const rest = await readNew("edge")
    expect(rest.events.map(({ jobId }) => jobId)).toEqual([late])
    expect(first(rest.events).sequence).toBeLessThan(first(seen.events).sequence)
    await accept("edge", rest)
    expect((await readNew("edge")).events).toEqual([])
  })

  test("gets one position per event when a second relay numbers events before the first has committed", async () => {
    for (let count = 0; count < 20; count += 1) await outbox.newJob(await outbox.newUser())
    const firstRelay = await outbox.rows.reserve()
    await firstRelay`begin`
    await firstRelay.unsafe(numberEvents.text)
    const secondRelay = outbox.database.run(numberEvents, {})
    await vi.waitFor(async () => {
      const waiting = await outbox.rows`
        select from pg_locks join pg_database on oid = database where not granted and datname = current_database()`
      const waitingForRow = await outbox.rows`
        select from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`
      expect(waiting.length + waitingForRow.length).toBeGreaterThan(0)
    })
    await outbox.newJob(await outbox.newUser())
    await firstRelay`commit`
    firstRelay.release()
    expect(await secondRelay).toEqual({ numbered: 0 })
    const sequences = (await readNew("edge")).events.map(({ sequence }) => sequence)
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b))
    expect(sequences).toHaveLength(42)
  })

  test("keeps the order of a job even if its transaction began earlier", async () => {
    const userId = await outbox.newUser()
    const jobId = await outbox.newJob(userId)
    await accept("edge", await readNew("edge"))
    const [older, younger] = [await outbox.rows.reserve(), await outbox.rows.reserve()]
    await older`begin`
    await older`select pg_current_xact_id()`
    for (const [connection, type] of [
      [younger, "PhotoUploadStarted"],
      [older, "PhotoUploadCompleted"],
    ] as const) {
      if (connection === younger) await younger`begin`
      await connection`select from upload_jobs where job_id = ${jobId} for update`
      await connection`
        insert into outbox_events (type, user_id, job_id, data) values (${type}, ${userId}, ${jobId}, '{}')`
      await connection`commit`
      connection.release()
    }
    expect((await readNew("edge")).events.map(({ type }) => type)).toEqual([
      "PhotoUploadStarted",
      "PhotoUploadCompleted",
    ])
  })
})

describe("an event that fails in one sink", () => {
  test("delays its user or job in that sink only, and the position advances", async () => {
    const [failing, other] = [await outbox.newUser(), await outbox.newUser()]
    await outbox.newJob(failing)
    const batch = await readNew("edge")
    const postponed = batch.events.map(({ sequence }, index) => ({
      sequence,
      holdKey: failing,
      error: index === 0 ? "down" : null,
    }))
    await settle("edge", { advance: batch.advance, postponed })
    await outbox.newJob(failing)
    await outbox.newJob(other)
    const next = await readNew("edge")
    expect(next.events.map(({ holdKey }) => holdKey)).toEqual([failing, failing, null, null])
    expect((await readNew("bus")).events.map(({ holdKey }) => holdKey)).toEqual(Array(6).fill(null))
  })

  test("is due again after its pause, with the events that wait for it, in order", async () => {
    const userId = await outbox.newUser()
    const jobId = await outbox.newJob(userId)
    const batch = await readNew("edge")
    const sequences = batch.events.map(({ sequence }) => sequence)
    const postponed = sequences.map((sequence, index) => ({
      sequence,
      holdKey: jobId,
      error: index === 0 ? "down" : null,
    }))
    await settle("edge", { advance: batch.advance, postponed })
    expect(await readDue("edge")).toEqual([])
    expect(await readDue("bus")).toEqual([])
    await makeAllDue()
    expect((await readDue("edge")).map(({ sequence }) => sequence)).toEqual(sequences)
    await settle("edge", { delivered: sequences, hasAccepted: true })
    expect(await readDue("edge")).toEqual([])
    await outbox.newJob(userId)
    expect((await readNew("edge")).events.map(({ holdKey }) => holdKey)).toEqual([null, null])
  })

  test("waits for an earlier event of its job that has another hold key", async () => {
    const userId = await outbox.newUser()
    const jobId = await outbox.newJob(userId)
    const { events, advance } = await readNew("edge")
    const [created, queued] = events.map(({ sequence }) => sequence)
    await settle("edge", {
      advance,
      postponed: [
        { sequence: created ?? 0, holdKey: jobId, error: "INVALID_EVENT" },
        { sequence: queued ?? 0, holdKey: userId, error: null },
      ],
    })
    expect(await readDue("edge")).toEqual([])
    await makeAllDue()
    expect((await readDue("edge")).map(({ sequence }) => sequence)).toEqual([created, queued])
  })

  const failing = async (holdsUser: boolean) => {
    const userId = await outbox.newUser()
    const jobId = await outbox.newJob(userId)
    const batch = await readNew("edge")
    const holdKey = holdsUser ? userId : jobId
    const [head, following] = batch.events.map(({ sequence }) => sequence)
    if (head === undefined || following === undefined) throw new Error("no events")
    await settle("edge", {
      advance: batch.advance,
      postponed: [
        { sequence: head, holdKey, error: "down" },
        { sequence: following, holdKey, error: null },
      ],
    })
    const failUntilParked = async (times: number) => {
      let parked: number[] = []
      for (let time = 0; time < times; time += 1) {
        expect(parked).toEqual([])
        const postponed = [
          { sequence: head, holdKey, error: "down" },
          // A relay reads the events of a failing user together.
          ...(holdsUser ? [{ sequence: following, holdKey, error: null }] : []),
        ]
        parked = (await settle("edge", { postponed })).parked
      }
      return parked
    }
    return { userId, head, following, failUntilParked }
  }
  /** Makes the sink accept an event of another user. */
  const acceptOther = async () => {
    await outbox.newJob(await outbox.newUser())
    await accept("edge", await readNew("edge"))
  }

  test("is parked after its twelfth failure, and the other events of its job become due", async () => {
    const { head, following, failUntilParked } = await failing(false)
    await acceptOther()
    expect(await failUntilParked(11)).toEqual([head])
    expect((await readDue("edge")).map(({ sequence }) => sequence)).toEqual([following])
  })

  test("is parked with all events of its user if the user fails, until an operator unparks them", async () => {
    const { userId, head, following, failUntilParked } = await failing(true)
    await acceptOther()
    expect(await failUntilParked(11)).toEqual([head, following])
    expect(await readDue("edge")).toEqual([])
    await outbox.newJob(userId)
    expect((await readNew("edge")).events.map(({ holdKey }) => holdKey)).toEqual([null, null])
    expect(await outbox.database.run(unparkEvents, {})).toEqual({ unparked: 2 })
    expect((await readDue("edge")).map(({ sequence }) => sequence)).toEqual([head, following])
  })

  test("is never parked while the sink accepts no events at all, as in an outage", async () => {
    const { head, failUntilParked } = await failing(false)
    // As after days of failures: the next pause must not overflow.
    await outbox.rows`update undelivered_events set attempts = 1023 where sequence = ${head}`
    expect(await failUntilParked(30)).toEqual([])
    await acceptOther()
    expect(await failUntilParked(1)).toEqual([head])
  })

  test("is not pruned, whether parked or not", async () => {
    await failing(false)
    await accept("bus", await readNew("bus"))
    await outbox.rows`update outbox_events set occurred_at = now() - interval '8 days'`
    expect((await outbox.database.run(prune, { eventDays: 7, deliveryDays: 30 })).events).toBe(0)
    await outbox.rows`delete from undelivered_events`
    expect((await outbox.database.run(prune, { eventDays: 7, deliveryDays: 30 })).events).toBe(2)
  })
})
