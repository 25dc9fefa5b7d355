import type { OutboxEvent } from "../../domain/cloud-event.ts"

/** A sink will never take these events as they are. Any other error means that it can't take anything now. */
export class SinkRejected extends Error {
  override name = "SinkRejected"
}

/** Somewhere events go. Taking the same event twice must change nothing there. */
export type Sink = {
  name: string
  /** @throws SinkRejected, or whatever the outage is */
  publish: (events: readonly OutboxEvent[]) => Promise<void>
}

export type RejectedEvent = { sequence: number; error: string }

/** All that the relay touches. */
export type RelayPorts = {
  /** The oldest events that are due, none behind one of its job that was postponed. */
  read: () => Promise<OutboxEvent[]>
  sinks: readonly Sink[]
  markPublished: (events: readonly OutboxEvent[]) => Promise<void>
  /** Tries an event again later, and parks it when it was refused too often. */
  postpone: (refused: readonly RejectedEvent[]) => Promise<void>
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
      const { published, refused } = await publish(ports.sinks, events, outages >= maxConsecutiveFailures)
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

/** Outages in a row after which it may be one event that breaks a sink, and not the sink that is down. */
const maxConsecutiveFailures = 4

type Published = { published: OutboxEvent[]; refused: RejectedEvent[] }

/**
 * All at once; one by one only when a sink refuses or has failed again and again, so that one bad event holds up no
 * other job.
 */
const publish = async (
  sinks: readonly Sink[],
  events: readonly OutboxEvent[],
  isSuspicious: boolean,
): Promise<Published> => {
  if (!isSuspicious && (await refusalOf(sinks, events)) === null)
    return { published: [...events], refused: [] }

  const published: OutboxEvent[] = []
  const refused: RejectedEvent[] = []
  const heldJobs = new Set<string>()
  let outage: unknown = null
  for (const event of events) {
    if (heldJobs.has(event.jobId)) continue
    const error = await refusalOf(sinks, [event]).catch((failure: unknown) => {
      if (!isSuspicious || heldJobs.size >= mostBrokenJobs) throw failure
      outage = failure
      return "the sink fails with this event"
    })
    if (error === null) published.push(event)
    else {
      refused.push({ sequence: event.sequence, error })
      heldJobs.add(event.jobId)
    }
  }
  // A sink that takes nothing at all is down: no event is to blame.
  if (outage !== null && published.length === 0) throw outage
  return { published, refused }
}

/** More jobs than this don't break a sink by themselves: it is down. */
const mostBrokenJobs = 5

const refusalOf = async (sinks: readonly Sink[], events: readonly OutboxEvent[]): Promise<string | null> => {
  try {
    for (const sink of sinks) await sink.publish(events)
    return null
  } catch (error) {
    if (error instanceof SinkRejected) return error.message
    throw error
  }
}
