import { setTimeout as pause } from "node:timers/promises"
import { workExclusively } from "../../db/exclusive.ts"
import type { Database } from "../../db/statement.ts"
import type { Logger } from "../platform/log.ts"
import type { Sink } from "./deliver-batch.ts"
import { createNotifier, type Notifier } from "./notifier.ts"
import { type RelayPorts, relayEvents } from "./relay.ts"
import { numberEvents, registerSinks, selectDueEvents, selectNewEvents, settleEvents } from "./sql.ts"

export type RelayOptions = {
  databaseUrl: string
  /** Each sink has a separate position and does not wait for the others. */
  sinks: readonly Sink[]
  log: Logger
}

/** An arbitrary number, the same for every relay of a database. */
const advisoryLock = 7_201_127
const batchSize = 500
/** Maximum wait for a notification from Postgres, which may be lost with its connection. */
const pollMs = 2_000
/** Interval of queries for due postponed events. */
const postponedPollMs = 1_000
const maxPauseMs = 15_000

/** Relays events to all sinks while this process holds the advisory lock. */
export const startRelay = ({ databaseUrl, sinks, log }: RelayOptions) => {
  const stopping = new AbortController()
  // New and postponed events of a sink are relayed concurrently, so that slow retries do not delay new events.
  const loops = sinks.flatMap((sink) => [
    { sink, notifier: createNotifier(), portsOf: newEventPorts },
    { sink, notifier: createNotifier(), portsOf: postponedEventPorts },
  ])
  const notifyAll = () => {
    for (const { notifier } of loops) notifier.notify()
  }
  const run = async (database: Database, signal: AbortSignal, lost: AbortSignal) => {
    const { added, retired } = await database.run(registerSinks, { sinks: sinks.map(({ name }) => name) })
    if (added.length + retired.length > 0) log.info({ added, retired }, "relay sinks changed")
    const failed = new AbortController()
    const signals = { stopping: stopping.signal, lost: AbortSignal.any([lost, failed.signal]) }
    const running = loops.map(({ sink, notifier, portsOf }) =>
      relayEvents(portsOf({ database, sink, log, notifier, signal }), signals).catch((error: unknown) => {
        // The database is unavailable: stop the other loops before their next step, then restart all.
        failed.abort()
        notifyAll()
        throw error
      }),
    )
    const failure = (await Promise.allSettled(running)).find(({ status }) => status === "rejected")
    if (failure?.status === "rejected") throw failure.reason
  }
  const work = workExclusively(
    databaseUrl,
    {
      lock: advisoryLock,
      channel: "outbox_events",
      onNotify: notifyAll,
      run,
      onError: (error) => log.warn({ err: error }, "relay interrupted"),
    },
    stopping.signal,
  )
  return {
    /** Sends the waiting events, if this process is the relay, and resolves when they are sent. */
    stop: async () => {
      stopping.abort()
      notifyAll()
      await work
    },
  }
}

type LoopContext = { database: Database; sink: Sink; log: Logger; notifier: Notifier; signal: AbortSignal }

/** The ports for events after the position of a sink. */
const newEventPorts = (context: LoopContext): RelayPorts => ({
  ...commonPorts(context),
  read: async (after) => {
    const { database, sink } = context
    // Sent without waiting in between: the connection runs the statements in this order.
    const [, batch] = await Promise.all([
      database.run(numberEvents, {}),
      database.run(selectNewEvents, { sink: sink.name, after, limit: batchSize }),
    ])
    return { ...batch, hasMore: batch.events.length === batchSize }
  },
  waitForWork: () => context.notifier.wait(pollMs, context.signal),
})

/** The ports for postponed events of a sink. */
const postponedEventPorts = (context: LoopContext): RelayPorts => ({
  ...commonPorts(context),
  read: async () => ({
    events: await context.database.run(selectDueEvents, { sink: context.sink.name, limit: batchSize }),
    advance: null,
    hasMore: false,
  }),
  waitForWork: () => context.notifier.wait(postponedPollMs, context.signal),
})

const commonPorts = ({
  database,
  sink,
  log,
  signal,
}: LoopContext): Omit<RelayPorts, "read" | "waitForWork"> => ({
  sink,
  settle: async ({ advance }, { accepted, postponed }) => {
    const { isSettled, parked } = await database.run(settleEvents, {
      sink: sink.name,
      advance,
      hasAccepted: accepted.length > 0,
      delivered: advance ? [] : accepted.map(({ sequence }) => sequence),
      // Postgres does not accept NUL in text.
      postponed: postponed.map((each) => ({ ...each, error: each.error?.replaceAll("\0", "") ?? null })),
    })
    const facts = { sink: sink.name, accepted: accepted.length, postponed: postponed.length }
    if (!isSettled) log.warn(facts, "another relay has advanced the position of the sink")
    else if (postponed.length > 0) log.warn(facts, "events postponed")
    else log.debug({ ...facts, lagMs: lagOf(accepted) }, "events relayed")
    if (parked.length > 0) log.error({ sink: sink.name, sequences: parked }, "events parked")
    return isSettled
  },
  onOutage: (error, failures) => log.warn({ err: error, sink: sink.name, failures }, "sink unavailable"),
  pause: async (failures) => {
    const ms = Math.min(maxPauseMs, 250 * 2 ** failures) * (0.5 + Math.random() / 2)
    await pause(ms, undefined, { signal }).catch(() => undefined)
  },
})

const lagOf = (events: readonly { occurredAt: Date }[]): number =>
  Date.now() - Math.min(...events.map(({ occurredAt }) => occurredAt.getTime()))
