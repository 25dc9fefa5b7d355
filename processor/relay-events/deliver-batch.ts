import type { OutboxEvent } from "../../domain/cloud-event.ts"

/** An event that a sink did not accept. */
export type FailedEvent = {
  sequence: number
  error: string
  /** The event's user or job: later events of it wait until this one is delivered or parked. */
  holdKey: string
}

/** A destination of events. Accepting the same event twice must change nothing there. */
export type Sink = {
  name: string
  /**
   * Sends events. Resolves with those that were not accepted.
   * @throws BatchRejected, or any other error when nothing is known about any event
   */
  publish: (events: readonly OutboxEvent[]) => Promise<readonly FailedEvent[]>
  /** Resolves when the sink answers at all: then a batch that fails again and again fails because of its content. */
  probe: () => Promise<void>
}

/** The sink rejects this batch as it is: the cause is in its content. */
export class BatchRejected extends Error {
  override name = "BatchRejected"
}

/** An event as it was read for a sink. */
export type QueuedEvent = OutboxEvent & {
  /** The user or job with an earlier undelivered event, if any: this event waits behind it. */
  holdKey: string | null
}

/** An event to send later. Without an error it only waits behind another of the same `holdKey`. */
export type PostponedEvent = { sequence: number; holdKey: string; error: string | null }

/** Failures of a whole batch in a row after which its content may be the cause. */
const maxConsecutiveFailures = 3

/**
 * Sends a batch to a sink and decides what becomes of each event.
 * @param failures how often in a row the sink has failed so far
 * @throws the outage of the sink
 */
export const deliverBatch = async (sink: Sink, events: readonly QueuedEvent[], failures: number) => {
  const sendable = events.filter(({ holdKey }) => holdKey === null)
  if (sendable.length === 0) return outcomeOf(events, [])
  try {
    return outcomeOf(events, await sink.publish(sendable))
  } catch (error) {
    const isCausedByContent =
      error instanceof BatchRejected || (failures >= maxConsecutiveFailures && (await isAnswering(sink)))
    if (!isCausedByContent) throw error
    return outcomeOf(events, await isolateFailures(sink, sendable))
  }
}

const isAnswering = (sink: Sink): Promise<boolean> =>
  sink.probe().then(
    () => true,
    () => false,
  )

/**
 * Finds the events that break a sink: sends each user's events by themselves, and one by one where that fails.
 * @throws the outage, when the sink stops answering meanwhile
 */
const isolateFailures = async (sink: Sink, events: readonly OutboxEvent[]): Promise<FailedEvent[]> => {
  const failed: FailedEvent[] = []
  for (const group of Map.groupBy(events, ({ userId }) => userId).values()) {
    try {
      failed.push(...(await sink.publish(group)))
    } catch {
      failed.push(...(await publishOneByOne(sink, group)))
    }
  }
  return failed
}

/** Sends events one by one. One that fails holds up the rest of its job. */
const publishOneByOne = async (sink: Sink, events: readonly OutboxEvent[]): Promise<FailedEvent[]> => {
  const failed: FailedEvent[] = []
  for (const event of events) {
    const { sequence, userId, jobId } = event
    if (failed.some((failure) => failure.holdKey === jobId || failure.holdKey === userId)) continue
    try {
      failed.push(...(await sink.publish([event])))
    } catch (error) {
      if (!(error instanceof BatchRejected) && !(await isAnswering(sink))) throw error
      failed.push({ sequence, error: messageOf(error), holdKey: jobId })
    }
  }
  return failed
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown error")

/** Events behind a failed one of their user or job wait for it, even those that the sink has accepted. */
const outcomeOf = (events: readonly QueuedEvent[], failures: readonly FailedEvent[]) => {
  const failureBySequence = new Map(failures.map((failure) => [failure.sequence, failure]))
  const holdKeys = new Set<string>()
  const accepted: OutboxEvent[] = []
  const postponed: PostponedEvent[] = []
  for (const event of events) {
    const { sequence, userId, jobId } = event
    const holdKey = event.holdKey ?? [userId, jobId].find((key) => holdKeys.has(key))
    const failure = failureBySequence.get(sequence)
    if (holdKey) postponed.push({ sequence, holdKey, error: null })
    else if (failure) {
      holdKeys.add(failure.holdKey)
      postponed.push(failure)
    } else accepted.push(event)
  }
  return { accepted, postponed }
}
