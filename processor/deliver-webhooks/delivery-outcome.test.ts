import { expect, test } from "vitest"
import { outcomeOf } from "./delivery-outcome.ts"

test("a delivery is attempted for about three days with growing pauses, and then fails", () => {
  const pauses: number[] = []
  let ageMs = 0
  for (let attempt = 1; ; attempt += 1) {
    const outcome = outcomeOf({ deliveryId: 1, attempt, ageMs, isProbe: false }, 500, null, () => 0.5)
    if (outcome.status === "FAILED") break
    pauses.push(outcome.retryAfterMs ?? 0)
    ageMs += outcome.retryAfterMs ?? 0
  }
  expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
  expect(ageMs / 86_400_000).toBeGreaterThan(3)
  expect(ageMs / 86_400_000).toBeLessThan(4)
})

test("a recent delivery does not fail, regardless of how often it was used to probe a paused endpoint", () => {
  const delivery = { deliveryId: 1, attempt: 50, ageMs: 3_600_000, isProbe: true }
  expect(outcomeOf(delivery, null, "TimeoutError: failed")).toMatchObject({ status: "PENDING" })
})

test.each([200, 204, 299])("a delivery with response status %i is DELIVERED", (status) => {
  const delivery = { deliveryId: 1, attempt: 1, ageMs: 0, isProbe: false }
  expect(outcomeOf(delivery, status, null)).toMatchObject({ status: "DELIVERED", retryAfterMs: null })
})
