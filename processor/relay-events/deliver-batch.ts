import type { OutboxEvent } from "../../domain/cloud-event.ts"

/** An event that a sink did not accept. */
export type FailedEvent = {
  sequence: number
  error: string
  /** The id of the event's user or job, whose later events wait until this event is delivered or parked. */
  holdKey: string
}

/** A destination of events. Must be idempotent: events may be sent again. */
export type Sink = {
  name: string
  /**
   * Sends events. Resolves with those that were not accepted.
   * @throws BatchRejected, or another error when the outcome of every event is unknown
   */
  publish: (events: readonly OutboxEvent[]) => Promise<readonly FailedEvent[]>
  /** Resolves if the sink responds. Then the content of a batch is the cause of its repeated failures. */
  probe: () => Promise<void>
}

/** The sink rejects this batch because of its content. */
export class BatchRejected extends Error {
  override name = "BatchRejected"
}

/** An event that was read for a sink. */
export type QueuedEvent = OutboxEvent & {
  /** The user or job with an earlier undelivered event that this event has to wait for; null if there is none. */
  holdKey: string | null
}

/** An event to send later. Without an error it only waits for an earlier event with the same `holdKey`. */
export type PostponedEvent = { sequence: number; holdKey: string; error: string | null }

/** Number of consecutive failures of a whole batch after which its content may be the cause. */
const maxConsecutiveFailures = 3

/**
 * Sends a batch to a sink and returns the outcome of each event.
 * @param failures number of consecutive failures of the sink so far
 * @throws the outage of the sink
 */
export const deliverBatch = async (sink: Sink, events: readonly QueuedEvent[], failures: number) => {
  const sendable = events.filter(({ holdKey }) => holdKey === null)
  if (sendable.length === 0) return outcomeOf(events, [])
  try {
    return outcomeOf(events, await sink.publish(sendable))
  } catch (error) {
    const isCausedByContent =
      error instanceof BatchRejected || (failures >= maxConsecutiveFailures && (await isResponding(sink)))
    if (!isCausedByContent) throw error
    return outcomeOf(events, await isolateFailures(sink, sendable))
  }
}

const isResponding = (sink: Sink): Promise<boolean> =>
  sink.probe().then(
    () => true,
    () => false,
  )

/**
 * Finds the events that make a sink fail: sends a separate batch per user, and single events if that fails.
 * @throws the outage, when the sink stops responding
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

/** Sends events one by one. After a failure the later events of the same job are not sent. */
const publishOneByOne = async (sink: Sink, events: readonly OutboxEvent[]): Promise<FailedEvent[]> => {
  const failed: FailedEvent[] = []
  for (const event of events) {
    const { sequence, userId, jobId } = event
    if (failed.some((failure) => failure.holdKey === jobId || failure.holdKey === userId)) continue
    try {
      failed.push(...(await sink.publish([event])))
    } catch (error) {
      if (!(error instanceof BatchRejected) && !(await isResponding(sink))) throw error
      failed.push({ sequence, error: messageOf(error), holdKey: jobId })
    }
  }
  return failed
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown error")

/** Events after a failed event of their user or job wait for it, even if the sink has accepted them. */
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
