import type { DeliveryOutcome, DueDelivery, DuePage } from "./sql.ts"

/** The dependencies of the delivery loop. */
export type DeliveryPorts = {
  /** Leases at most `limit` due deliveries of the endpoints after `after`, one per endpoint. */
  leaseDue: (limit: number, after: string) => Promise<DuePage>
  /** Attempts a delivery once and returns the outcome. A failure of the receiver is an outcome, not an error. */
  attempt: (delivery: DueDelivery) => Promise<DeliveryOutcome>
  record: (outcome: DeliveryOutcome) => Promise<void>
  /** Resolves when there may be due deliveries, or at once when `stopping` is aborted. */
  waitForWork: () => Promise<void>
  /** Called with every error that the receiver did not cause. */
  onError: (error: unknown) => void
}

/**
 * Attempts due deliveries, at most `concurrency` at once, until `stopping` is aborted; then finishes those in flight.
 * Serves endpoints round robin, one delivery each, so that a long queue of one endpoint does not delay others.
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
    // Also wait for the deliveries in flight: when one finishes, the next one of its endpoint can be leased.
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

// If the outcome cannot be recorded, the delivery is leased again when its lease expires.
const deliver = async (ports: DeliveryPorts, delivery: DueDelivery): Promise<void> => {
  try {
    await ports.record(await ports.attempt(delivery))
  } catch (error) {
    ports.onError(error)
  }
}
