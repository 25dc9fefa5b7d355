import type { DeliveryOutcome, DueDelivery } from "./sql.ts"

const minute = 60_000
const hour = 60 * minute

/** Pauses of one delivery after its first, second … failed attempt; its endpoint answers others meanwhile. */
const backoffMs = [
  5_000,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

/** A delivery that fails when it is older than this is given up. */
const giveUpAfterMs = 75 * hour

type Attempted = Pick<DueDelivery, "deliveryId" | "attempt" | "ageMs" | "isProbe">

/** What follows from an attempt: delivered, attempted again later, or given up. */
export const outcomeOf = (
  { deliveryId, attempt, ageMs, isProbe }: Attempted,
  lastStatus: number | null,
  lastError: string | null,
  random = Math.random,
): DeliveryOutcome => {
  const facts = {
    deliveryId,
    attempt,
    isProbe,
    lastStatus,
    lastError,
    retryAfterMs: null,
    disableReason: null,
  }
  if (lastStatus !== null && lastStatus >= 200 && lastStatus < 300) return { ...facts, status: "DELIVERED" }
  // RFC 9110 §15.5.11: the receiver says that it is gone for good.
  if (lastStatus === 410)
    return { ...facts, status: "FAILED", disableReason: "the receiver answered 410 Gone" }
  if (ageMs >= giveUpAfterMs) return { ...facts, status: "FAILED" }
  const pauseMs = backoffMs[Math.min(attempt, backoffMs.length) - 1] ?? hour
  return { ...facts, status: "PENDING", retryAfterMs: Math.round(pauseMs * (0.8 + 0.4 * random())) }
}
