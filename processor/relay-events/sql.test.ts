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
  if (!item) throw new Error("nothing there")
  return item
}
/** As if the pause of every failed event were over. */
const elapse = () =>
  outbox.rows`update undelivered_events set next_attempt_at = now() where next_attempt_at is not null`

describe("a sink's mark", () => {
  test("gives a job's events in order, once, until they are accepted", async () => {
    const jobId = await outbox.newJob(await outbox.newUser())
    const batch = await readNew("edge")
    expect(batch.events.map(({ type }) => type)).toEqual(["UploadJobCreated", "PhotoQueued"])
    expect(batch.events.every((event) => event.jobId === jobId)).toBe(true)
    expect(await readNew("edge")).toEqual(batch)
    expect(await accept("edge", batch)).toEqual({ isSettled: true, parked: [] })
    expect((await readNew("edge")).events).toEqual([])
  })

  test("is the sink's own: what one accepted still waits for the other", async () => {
    await outbox.newJob(await outbox.newUser())
    await accept("edge", await readNew("edge"))
    expect((await readNew("edge")).events).toHaveLength(0)
    expect((await readNew("bus")).events).toHaveLength(2)
  })

  test("is not moved by a relay whose batch another relay has settled already", async () => {
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

  test("of a new sink begins with what comes next; one that left the configuration keeps no events", async () => {
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

  test("loses no event, although sinks have passed a higher sequence", async () => {
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

  test("gets one position when a second relay numbers events before the first has committed", async () => {
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

  test("keeps a job's order even when its transaction began first", async () => {
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
  test("holds up its user or job in that sink only, and the mark goes on", async () => {
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

  test("is due again after its pause, with those behind it in order", async () => {
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
    await elapse()
    expect((await readDue("edge")).map(({ sequence }) => sequence)).toEqual(sequences)
    await settle("edge", { delivered: sequences, hasAccepted: true })
    expect(await readDue("edge")).toEqual([])
    await outbox.newJob(userId)
    expect((await readNew("edge")).events.map(({ holdKey }) => holdKey)).toEqual([null, null])
  })

  test("waits for an earlier event of its job that waits for another reason", async () => {
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
    await elapse()
    expect((await readDue("edge")).map(({ sequence }) => sequence)).toEqual([created, queued])
  })

  const failing = async (holdsUser: boolean) => {
    const userId = await outbox.newUser()
    const jobId = await outbox.newJob(userId)
    const batch = await readNew("edge")
    const holdKey = holdsUser ? userId : jobId
    const [head, behind] = batch.events.map(({ sequence }) => sequence)
    if (head === undefined || behind === undefined) throw new Error("no events")
    await settle("edge", {
      advance: batch.advance,
      postponed: [
        { sequence: head, holdKey, error: "down" },
        { sequence: behind, holdKey, error: null },
      ],
    })
    const failUntilParked = async (times: number) => {
      let parked: number[] = []
      for (let time = 0; time < times; time += 1) {
        expect(parked).toEqual([])
        const postponed = [
          { sequence: head, holdKey, error: "down" },
          // A relay reads the events of a failing user together.
          ...(holdsUser ? [{ sequence: behind, holdKey, error: null }] : []),
        ]
        parked = (await settle("edge", { postponed })).parked
      }
      return parked
    }
    return { userId, head, behind, failUntilParked }
  }
  /** The sink accepts an event of somebody else. */
  const acceptOther = async () => {
    await outbox.newJob(await outbox.newUser())
    await accept("edge", await readNew("edge"))
  }

  test("is parked after its twelfth failure, and the others of its job go on", async () => {
    const { head, behind, failUntilParked } = await failing(false)
    await acceptOther()
    expect(await failUntilParked(11)).toEqual([head])
    expect((await readDue("edge")).map(({ sequence }) => sequence)).toEqual([behind])
  })

  test("is parked with all of its user's events when the user is what fails, until an operator unparks them", async () => {
    const { userId, head, behind, failUntilParked } = await failing(true)
    await acceptOther()
    expect(await failUntilParked(11)).toEqual([head, behind])
    expect(await readDue("edge")).toEqual([])
    await outbox.newJob(userId)
    expect((await readNew("edge")).events.map(({ holdKey }) => holdKey)).toEqual([null, null])
    expect(await outbox.database.run(unparkEvents, {})).toEqual({ unparked: 2 })
    expect((await readDue("edge")).map(({ sequence }) => sequence)).toEqual([head, behind])
  })

  test("is never parked while the sink accepts nothing from anybody: that is an outage", async () => {
    const { head, failUntilParked } = await failing(false)
    // As after days: the next pause must not overflow.
    await outbox.rows`update undelivered_events set attempts = 1023 where sequence = ${head}`
    expect(await failUntilParked(30)).toEqual([])
    await acceptOther()
    expect(await failUntilParked(1)).toEqual([head])
  })

  test("is kept by the pruning, parked or not", async () => {
    await failing(false)
    await accept("bus", await readNew("bus"))
    await outbox.rows`update outbox_events set occurred_at = now() - interval '8 days'`
    expect((await outbox.database.run(prune, { eventDays: 7, deliveryDays: 30 })).events).toBe(0)
    await outbox.rows`delete from undelivered_events`
    expect((await outbox.database.run(prune, { eventDays: 7, deliveryDays: 30 })).events).toBe(2)
  })
})
