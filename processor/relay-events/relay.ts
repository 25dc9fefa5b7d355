import type { OutboxEvent } from "../../domain/cloud-event.ts"

/** A sink will never take these events as they are. Any other error means that it can't take anything now. */
export class SinkRefused extends Error {
  override name = "SinkRefused"
}

/** Somewhere events go. Taking the same event twice must change nothing there. */
export type Sink = {
  name: string
  /** @throws SinkRefused, or whatever the outage is */
  publish: (events: readonly OutboxEvent[]) => Promise<void>
}

export type RefusedEvent = { sequence: number; error: string }

/** All that the relay touches. */
export type RelayPorts = {
  /** The oldest events that are due, none behind one of its job that was postponed. */
  read: () => Promise<OutboxEvent[]>
  sinks: readonly Sink[]
  markPublished: (events: readonly OutboxEvent[]) => Promise<void>
  /** Tries an event again later, and parks it when it was refused too often. */
  postpone: (refused: readonly RefusedEvent[]) => Promise<void>
  /** Resolves when there may be work, or after a while. */
  waitForWork: () => Promise<void>
  /** Called with every outage, and how many there were in a row. Waits as long as is wise. */
  recover: (error: unknown, outages: number) => Promise<void>
}

/**
 * Carries events from the outbox to every sink, at least once and those of one job in order. An event is marked
 * only after all sinks have it, so a relay that dies at any instant leaves it for the next one.
 * @param isStopping asked when the outbox is empty: what is waiting still goes out
 * @param isLost asked before every step: someone else relays by now
 */
export const relayEvents = async (
  ports: RelayPorts,
  isStopping: () => boolean,
  isLost: () => boolean,
): Promise<void> => {
  let outages = 0
  while (!isLost()) {
    const events = await ports.read()
    if (events.length === 0) {
      if (isStopping()) return
      await ports.waitForWork()
      continue
    }
    try {
      const { published, refused } = await publish(ports.sinks, events)
      outages = 0
      if (isLost()) return
      if (published.length > 0) await ports.markPublished(published)
      if (refused.length > 0) await ports.postpone(refused)
    } catch (error) {
      outages += 1
      if (isStopping()) throw error
      await ports.recover(error, outages)
    }
  }
}

type Published = { published: OutboxEvent[]; refused: RefusedEvent[] }

/** All at once; one by one only when a sink refuses, so that one bad event holds up no other job. */
const publish = async (sinks: readonly Sink[], events: readonly OutboxEvent[]): Promise<Published> => {
  if ((await refusalOf(sinks, events)) === null) return { published: [...events], refused: [] }

  const published: OutboxEvent[] = []
  const refused: RefusedEvent[] = []
  const heldJobs = new Set<string>()
  for (const event of events) {
    if (heldJobs.has(event.jobId)) continue
    const error = await refusalOf(sinks, [event])
    if (error === null) published.push(event)
    else {
      refused.push({ sequence: event.sequence, error })
      heldJobs.add(event.jobId)
    }
  }
  return { published, refused }
}

const refusalOf = async (sinks: readonly Sink[], events: readonly OutboxEvent[]): Promise<string | null> => {
  try {
    for (const sink of sinks) await sink.publish(events)
    return null
  } catch (error) {
    if (error instanceof SinkRefused) return error.message
    throw error
  }
}
