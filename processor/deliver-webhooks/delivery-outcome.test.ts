import { expect, test } from "vitest"
import { outcomeOf } from "./delivery-outcome.ts"

test("a delivery is attempted for some three days, ever more rarely, and then given up", () => {
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

test("a young delivery is not given up, however often a paused endpoint was probed with it", () => {
  const delivery = { deliveryId: 1, attempt: 50, ageMs: 3_600_000, isProbe: true }
  expect(outcomeOf(delivery, null, "TimeoutError: failed")).toMatchObject({ status: "PENDING" })
})

test.each([200, 204, 299])("a delivery that is answered %i is delivered", (status) => {
  const delivery = { deliveryId: 1, attempt: 1, ageMs: 0, isProbe: false }
  expect(outcomeOf(delivery, status, null)).toMatchObject({ status: "DELIVERED", retryAfterMs: null })
})
