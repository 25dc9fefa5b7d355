import type { OutboxEvent } from "../../domain/cloud-event.ts"
import { deliverBatch, type PostponedEvent, type QueuedEvent, type Sink } from "./deliver-batch.ts"

/** Events that were read together, and the position of the sink after them. */
export type Batch = {
  events: readonly QueuedEvent[]
  /** Null for postponed events: the position of the sink has already passed them. */
  advance: { from: number; to: number } | null
  /** More events follow. */
  hasMore: boolean
}

/** The outcome of each event of a batch. */
export type Outcome = { accepted: readonly OutboxEvent[]; postponed: readonly PostponedEvent[] }

/** The dependencies of the relay of one sink. */
export type RelayPorts = {
  sink: Sink
  /** Returns the next events for the sink, after its position or after `after`. Empty when no event is waiting. */
  read: (after: number | null) => Promise<Batch>
  /** Advances the position and records postponed events in one step. False if another relay has advanced the position. */
  settle: (batch: Batch, outcome: Outcome) => Promise<boolean>
  /** Resolves when events may be waiting, or after a time limit. */
  waitForWork: () => Promise<void>
  /** Called with every failure of the whole sink and the number of consecutive failures. */
  onOutage: (error: unknown, failures: number) => void
  /** Waits before the next attempt after an outage. */
  pause: (failures: number) => Promise<void>
}

export type RelaySignals = {
  /** Stops the relay as soon as no event is waiting, or when the sink is unavailable. */
  stopping: AbortSignal
  /** Stops the relay before its next step, because another process may have become the relay. */
  lost: AbortSignal
}

/**
 * Relays events to one sink at least once, and the events of a job in order. The position advances only after the sink
 * has accepted the events, so if the relay dies at any point, the next relay sends them again.
 * @throws errors of `read` and `settle`; failures of the sink are retried
 */
export const relayEvents = async (ports: RelayPorts, { stopping, lost }: RelaySignals): Promise<void> => {
  let failures = 0
  let prefetched: Promise<Batch> | null = null
  while (!lost.aborted) {
    const batch: Batch = await (prefetched ?? ports.read(null))
    prefetched = null
    if (batch.events.length === 0) {
      if (stopping.aborted) return
      await ports.waitForWork()
      continue
    }
    // Read the next batch while the sink handles this one.
    const next: Promise<Batch> | null =
      batch.advance && batch.hasMore ? prefetch(ports, batch.advance.to) : null
    const outcome = await deliverBatch(ports.sink, batch.events, failures).catch((error: unknown) => {
      failures += 1
      ports.onOutage(error, failures)
      return null
    })
    if (lost.aborted) return
    if (outcome) {
      failures = 0
      const isSettled = await ports.settle(batch, outcome)
      // A prefetched batch is outdated if events were postponed: later events of their user or job must wait.
      if (isSettled && outcome.postponed.length === 0) prefetched = next
    } else {
      if (stopping.aborted) return
      await ports.pause(failures)
    }
  }
}

const prefetch = (ports: RelayPorts, after: number): Promise<Batch> => {
  const batch = ports.read(after)
  // The error is handled where the batch is awaited. A batch that is not used must not cause an unhandled rejection.
  batch.catch(() => undefined)
  return batch
}
