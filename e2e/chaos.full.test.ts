import { expect, test } from "vitest"
import { runChaos } from "./chaos/chaos.ts"

test("under random failures every photo reaches the expected final status once and every event is delivered", {
  timeout: 300_000,
}, async () => {
  const violations = await runChaos({
    seed: 7,
    photos: 60,
    faultsMs: 15_000,
    recoveryMs: 120_000,
    log: () => undefined,
  })
  expect(violations).toEqual([])
})
