import { setTimeout as pause } from "node:timers/promises"
import { workExclusively } from "../../db/exclusive.ts"
import type { Database } from "../../db/statement.ts"
import { cloudEventOf } from "../../domain/cloud-event.ts"
import type { Logger } from "../platform/log.ts"
import { type RelayPorts, relayEvents, type Sink } from "./relay.ts"
import { markPublished, postponeEvents, selectUnpublishedEvents } from "./sql.ts"

export type RelayOptions = {
  databaseUrl: string
  environment: string
  sinks: readonly Sink[]
  log: Logger
}

/** Any number: every relay of a database takes the same. */
const advisoryLock = 7_201_127
const batchSize = 200
/** A notification may be lost with its connection: then the outbox is looked at after this time. */
const pollMs = 2_000
const longestPauseMs = 15_000

/** Relays events whenever this process is the one whose turn it is. */
export const startRelay = ({ databaseUrl, environment, sinks, log }: RelayOptions) => {
  const stopping = new AbortController()
  const alarm = newAlarm()
  const work = workExclusively(
    databaseUrl,
    {
      lock: advisoryLock,
      channel: "outbox_events",
      onNotify: alarm.ring,
      run: (database, signal, lost) => {
        const ports = portsOf(database, { environment, sinks, log, signal }, (ms) => alarm.wait(ms, signal))
        return relayEvents(
          ports,
          () => stopping.signal.aborted,
          () => lost.aborted,
        )
      },
      onError: (error) => log.warn({ err: error }, "relay interrupted"),
    },
    stopping.signal,
  )
  return {
    /** Sends what is waiting, if this process relays, and resolves when that is done. */
    stop: async () => {
      stopping.abort()
      alarm.ring()
      await work
    },
  }
}

const portsOf = (
  database: Database,
  { environment, sinks, log, signal }: Omit<RelayOptions, "databaseUrl"> & { signal: AbortSignal },
  wait: (ms: number) => Promise<void>,
): RelayPorts => ({
  sinks,
  read: () => database.run(selectUnpublishedEvents, { limit: batchSize }),
  markPublished: async (events) => {
    const published = events.map((event) => ({
      sequence: event.sequence,
      type: event.type,
      event: cloudEventOf(event, environment),
    }))
    await database.run(markPublished, { events: published })
    const lagMs = Date.now() - Math.min(...events.map(({ occurredAt }) => occurredAt.getTime()))
    log.debug({ events: events.length, lagMs }, "events published")
  },
  postpone: async (refused) => {
    const { parked } = await database.run(postponeEvents, { refused })
    log.warn({ refused: refused.length }, "events refused")
    if (parked.length > 0) log.error({ sequences: parked }, "events parked")
  },
  waitForWork: () => wait(pollMs),
  recover: async (error, outages) => {
    log.warn({ err: error, outages }, "events not published")
    const pauseMs = Math.min(longestPauseMs, 250 * 2 ** outages) * (0.5 + Math.random() / 2)
    await pause(pauseMs, undefined, { signal }).catch(() => undefined)
  },
})

/** Something that one can wait for and another rings; a ring that nobody waited for is not lost. */
const newAlarm = () => {
  let isRung = false
  let wake: () => void = () => undefined
  return {
    ring: () => {
      isRung = true
      wake()
    },
    wait: async (ms: number, signal: AbortSignal) => {
      if (!isRung && !signal.aborted) {
        const limit = new AbortController()
        const rung = new Promise<void>((resolve) => {
          wake = resolve
        })
        const timedOut = pause(ms, undefined, { signal: AbortSignal.any([signal, limit.signal]) })
        await Promise.race([rung, timedOut.catch(() => undefined)])
        limit.abort()
      }
      isRung = false
    },
  }
}
