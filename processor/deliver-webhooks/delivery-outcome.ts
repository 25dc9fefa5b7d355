import type { DeliveryOutcome, DueDelivery } from "./sql.ts"

const minute = 60_000
const hour = 60 * minute

/** Pauses of one delivery after its first, second … failed attempt, while its endpoint still accepts others. */
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

/** Age after which a failed delivery is not attempted again. */
const giveUpAfterMs = 75 * hour

type Attempted = Pick<DueDelivery, "deliveryId" | "attempt" | "ageMs" | "isProbe">

/** The outcome of an attempt: delivered, attempted again later, or failed. */
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
  // RFC 9110 §15.5.11: the resource is gone, probably permanently.
  if (lastStatus === 410)
    return { ...facts, status: "FAILED", disableReason: "the receiver returned 410 Gone" }
  if (ageMs >= giveUpAfterMs) return { ...facts, status: "FAILED" }
  const pauseMs = backoffMs[Math.min(attempt, backoffMs.length) - 1] ?? hour
  return { ...facts, status: "PENDING", retryAfterMs: Math.round(pauseMs * (0.8 + 0.4 * random())) }
}
