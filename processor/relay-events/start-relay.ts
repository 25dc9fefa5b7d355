import { setTimeout as pause } from "node:timers/promises"
import { workExclusively } from "../../db/exclusive.ts"
import type { Database } from "../../db/statement.ts"
import type { Logger } from "../platform/log.ts"
import { type Alarm, newAlarm } from "./alarm.ts"
import type { Sink } from "./deliver-batch.ts"
import { type RelayPorts, relayEvents } from "./relay.ts"
import { numberEvents, registerSinks, selectDueEvents, selectNewEvents, settleEvents } from "./sql.ts"

export type RelayOptions = {
  databaseUrl: string
  /** Each has its own mark and its own pace. */
  sinks: readonly Sink[]
  log: Logger
}

/** Any number: every relay of a database takes the same. */
const advisoryLock = 7_201_127
const batchSize = 500
/** The longest wait for a notification, which may be lost with its connection. */
const pollMs = 2_000
/** How often postponed events are looked for. */
const postponedPollMs = 1_000
const longestPauseMs = 15_000

/** Relays events to all sinks while this process holds the advisory lock. */
export const startRelay = ({ databaseUrl, sinks, log }: RelayOptions) => {
  const stopping = new AbortController()
  // New and postponed events of a sink are relayed side by side: a user who is slow to fail delays nobody else twice.
  const lanes = sinks.flatMap((sink) => [
    { sink, alarm: newAlarm(), portsOf: newEventPorts },
    { sink, alarm: newAlarm(), portsOf: postponedEventPorts },
  ])
  const ringAll = () => {
    for (const { alarm } of lanes) alarm.ring()
  }
  const run = async (database: Database, signal: AbortSignal, lost: AbortSignal) => {
    const { added, retired } = await database.run(registerSinks, { sinks: sinks.map(({ name }) => name) })
    if (added.length + retired.length > 0) log.info({ added, retired }, "relay sinks changed")
    const failed = new AbortController()
    const signals = { stopping: stopping.signal, lost: AbortSignal.any([lost, failed.signal]) }
    const ends = lanes.map(({ sink, alarm, portsOf }) =>
      relayEvents(portsOf({ database, sink, log, alarm, signal }), signals).catch((error: unknown) => {
        // The database fails: the other lanes end before their next step, and all begin anew.
        failed.abort()
        ringAll()
        throw error
      }),
    )
    const failure = (await Promise.allSettled(ends)).find(({ status }) => status === "rejected")
    if (failure?.status === "rejected") throw failure.reason
  }
  const work = workExclusively(
    databaseUrl,
    {
      lock: advisoryLock,
      channel: "outbox_events",
      onNotify: ringAll,
      run,
      onError: (error) => log.warn({ err: error }, "relay interrupted"),
    },
    stopping.signal,
  )
  return {
    /** Sends what is waiting, if this process relays, and resolves when that is done. */
    stop: async () => {
      stopping.abort()
      ringAll()
      await work
    },
  }
}

type Lane = { database: Database; sink: Sink; log: Logger; alarm: Alarm; signal: AbortSignal }

/** The ports for events behind a sink's mark. */
const newEventPorts = (lane: Lane): RelayPorts => ({
  ...commonPorts(lane),
  read: async (after) => {
    // Sent together: the connection runs them in this order.
    const [, batch] = await Promise.all([
      lane.database.run(numberEvents, {}),
      lane.database.run(selectNewEvents, { sink: lane.sink.name, after, limit: batchSize }),
    ])
    return { ...batch, hasMore: batch.events.length === batchSize }
  },
  waitForWork: () => lane.alarm.wait(pollMs, lane.signal),
})

/** The ports for events that a sink has not accepted yet. */
const postponedEventPorts = (lane: Lane): RelayPorts => ({
  ...commonPorts(lane),
  read: async () => ({
    events: await lane.database.run(selectDueEvents, { sink: lane.sink.name, limit: batchSize }),
    advance: null,
    hasMore: false,
  }),
  waitForWork: () => lane.alarm.wait(postponedPollMs, lane.signal),
})

const commonPorts = ({ database, sink, log, signal }: Lane): Omit<RelayPorts, "read" | "waitForWork"> => ({
  sink,
  settle: async ({ advance }, { accepted, postponed }) => {
    const { isSettled, parked } = await database.run(settleEvents, {
      sink: sink.name,
      advance,
      hasAccepted: accepted.length > 0,
      delivered: advance ? [] : accepted.map(({ sequence }) => sequence),
      // Postgres stores no NUL in text.
      postponed: postponed.map((each) => ({ ...each, error: each.error?.replaceAll("\0", "") ?? null })),
    })
    const about = { sink: sink.name, accepted: accepted.length, postponed: postponed.length }
    if (!isSettled) log.warn(about, "another relay has moved the mark")
    else if (postponed.length > 0) log.warn(about, "events postponed")
    else log.debug({ ...about, lagMs: lagOf(accepted) }, "events relayed")
    if (parked.length > 0) log.error({ sink: sink.name, sequences: parked }, "events parked")
    return isSettled
  },
  onOutage: (error, failures) => log.warn({ err: error, sink: sink.name, failures }, "sink unavailable"),
  pause: async (failures) => {
    const ms = Math.min(longestPauseMs, 250 * 2 ** failures) * (0.5 + Math.random() / 2)
    await pause(ms, undefined, { signal }).catch(() => undefined)
  },
})

const lagOf = (events: readonly { occurredAt: Date }[]): number =>
  Date.now() - Math.min(...events.map(({ occurredAt }) => occurredAt.getTime()))
