import type { OutboxEvent } from "../../domain/cloud-event.ts"
import { deliverBatch, type PostponedEvent, type QueuedEvent, type Sink } from "./deliver-batch.ts"

/** Events that were read together, and how far they move the sink's mark. */
export type Batch = {
  events: readonly QueuedEvent[]
  /** Null for events that were postponed earlier: they are behind the mark already. */
  advance: { from: number; to: number } | null
  /** More events are waiting behind these. */
  hasMore: boolean
}

/** What became of each event of a batch. */
export type Outcome = { accepted: readonly OutboxEvent[]; postponed: readonly PostponedEvent[] }

/** Everything the relay of one sink touches. */
export type RelayPorts = {
  sink: Sink
  /** The next events for the sink, behind its mark or behind `after`; none when there is nothing to do. */
  read: (after: number | null) => Promise<Batch>
  /** Moves the mark, and records what was postponed, in one step. False when another relay has moved the mark. */
  settle: (batch: Batch, outcome: Outcome) => Promise<boolean>
  /** Resolves when there may be work, or after a while. */
  waitForWork: () => Promise<void>
  /** Called with every failure of the whole sink, and how many there were in a row. */
  onOutage: (error: unknown, failures: number) => void
  /** Waits before the next attempt after an outage. */
  pause: (failures: number) => Promise<void>
}

export type RelaySignals = {
  /** Ends the relay as soon as nothing is waiting, or when the sink is down. */
  stopping: AbortSignal
  /** Ends the relay before its next step: another process relays by now. */
  lost: AbortSignal
}

/**
 * Relays events to one sink, at least once, and those of one job in order. An event is marked only after the sink has
 * accepted it, so a relay that dies at any instant leaves it to its successor.
 * @throws what `read` and `settle` throw; failures of the sink are retried
 */
export const relayEvents = async (ports: RelayPorts, { stopping, lost }: RelaySignals): Promise<void> => {
  let failures = 0
  let ahead: Promise<Batch> | null = null
  while (!lost.aborted) {
    const batch: Batch = await (ahead ?? ports.read(null))
    ahead = null
    if (batch.events.length === 0) {
      if (stopping.aborted) return
      await ports.waitForWork()
      continue
    }
    // The database works while the sink does.
    const next: Promise<Batch> | null =
      batch.advance && batch.hasMore ? readAhead(ports, batch.advance.to) : null
    const outcome = await deliverBatch(ports.sink, batch.events, failures).catch((error: unknown) => {
      failures += 1
      ports.onOutage(error, failures)
      return null
    })
    if (lost.aborted) return
    if (outcome) {
      failures = 0
      const isSettled = await ports.settle(batch, outcome)
      // What was read ahead does not know that it must wait for events that were postponed just now.
      if (isSettled && outcome.postponed.length === 0) ahead = next
    } else {
      if (stopping.aborted) return
      await ports.pause(failures)
    }
  }
}

const readAhead = (ports: RelayPorts, after: number): Promise<Batch> => {
  const batch = ports.read(after)
  // Handled where it is awaited; it may also be dropped.
  batch.catch(() => undefined)
  return batch
}
