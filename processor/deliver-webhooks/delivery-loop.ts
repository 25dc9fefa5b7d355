import type { DeliveryOutcome, DueDelivery } from "./sql.ts"

/** All that delivering touches. */
export type DeliveryPorts = {
  /** Takes at most so many deliveries that are due: nobody else gets them for a while. */
  takeDue: (limit: number) => Promise<DueDelivery[]>
  /** Tries once and tells what follows; an outage of the receiver is an outcome, no error. */
  attempt: (delivery: DueDelivery) => Promise<DeliveryOutcome>
  record: (outcome: DeliveryOutcome) => Promise<void>
  /** Resolves when there may be work, or at once when delivering is to stop. */
  waitForWork: () => Promise<void>
  /** Told of every outage of our own. */
  onError: (error: unknown) => void
}

/**
 * Delivers what is due, at most `concurrency` at once, until it is to stop; what is in hand by then is finished. A
 * slot is filled again as soon as it is free: a receiver that hangs holds up no other.
 */
export const deliverDue = async (
  ports: DeliveryPorts,
  concurrency: number,
  isStopping: () => boolean,
): Promise<void> => {
  const inHand = new Set<Promise<void>>()
  while (!isStopping()) {
    const free = concurrency - inHand.size
    const due = await takeDue(ports, free)
    for (const delivery of due) {
      const work: Promise<void> = deliver(ports, delivery).finally(() => inHand.delete(work))
      inHand.add(work)
    }
    if (inHand.size >= concurrency) await Promise.race(inHand)
    else if (due.length < free) await ports.waitForWork()
  }
  await Promise.all(inHand)
}

const takeDue = async (ports: DeliveryPorts, limit: number): Promise<DueDelivery[]> => {
  try {
    return await ports.takeDue(limit)
  } catch (error) {
    ports.onError(error)
    return []
  }
}

// What can't be written down comes back when its lease lapses.
const deliver = async (ports: DeliveryPorts, delivery: DueDelivery): Promise<void> => {
  try {
    await ports.record(await ports.attempt(delivery))
  } catch (error) {
    ports.onError(error)
  }
}
