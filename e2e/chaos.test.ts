import { expect, test } from "vitest"
import { runChaos } from "./chaos/chaos.ts"

test("whatever dies, every photo ends once and right, and every event is told", {
  timeout: 300_000,
}, async () => {
  const faults = await runChaos({
    seed: 7,
    photos: 60,
    turmoilMs: 15_000,
    recoveryMs: 120_000,
    say: () => undefined,
  })
  expect(faults).toEqual([])
})
