import type { DeliveryOutcome, DueDelivery, DuePage } from "./sql.ts"

/** Everything the delivery loop touches. */
export type DeliveryPorts = {
  /** Leases at most `limit` due deliveries of the endpoints behind `after`, one for each endpoint. */
  leaseDue: (limit: number, after: string) => Promise<DuePage>
  /** Attempts once and returns what follows. An outage of the receiver is an outcome, not an error. */
  attempt: (delivery: DueDelivery) => Promise<DeliveryOutcome>
  record: (outcome: DeliveryOutcome) => Promise<void>
  /** Resolves when there may be work, or at once when `stopping` is aborted. */
  waitForWork: () => Promise<void>
  /** Called with every outage of our own. */
  onError: (error: unknown) => void
}

/**
 * Attempts due deliveries, at most `concurrency` at once, until `stopping` is aborted; then finishes those in flight.
 * Goes round the endpoints and takes one delivery of each in turn, so a long queue of one endpoint delays no other.
 */
export const deliverDue = async (
  ports: DeliveryPorts,
  concurrency: number,
  stopping: AbortSignal,
): Promise<void> => {
  const inFlight = new Set<Promise<void>>()
  let after = ""
  let leasedInRound = 0
  while (!stopping.aborted) {
    const page = await leaseDue(ports, concurrency - inFlight.size, after)
    for (const delivery of page.deliveries) {
      const work: Promise<void> = deliver(ports, delivery).finally(() => inFlight.delete(work))
      inFlight.add(work)
    }
    leasedInRound += page.deliveries.length
    after = page.after ?? ""
    const isRoundOver = page.after === null
    if (inFlight.size >= concurrency) await Promise.race(inFlight)
    // A delivery that ends may make room for the next one of its endpoint.
    else if (isRoundOver && leasedInRound === 0) await Promise.race([ports.waitForWork(), ...inFlight])
    if (isRoundOver) leasedInRound = 0
  }
  await Promise.all(inFlight)
}

const leaseDue = async (ports: DeliveryPorts, limit: number, after: string): Promise<DuePage> => {
  try {
    return await ports.leaseDue(limit, after)
  } catch (error) {
    ports.onError(error)
    return { deliveries: [], after: null }
  }
}

// What can't be recorded comes back when its lease expires.
const deliver = async (ports: DeliveryPorts, delivery: DueDelivery): Promise<void> => {
  try {
    await ports.record(await ports.attempt(delivery))
  } catch (error) {
    ports.onError(error)
  }
}
