import { expect, test } from "vitest"
import { runChaos } from "./chaos/chaos.ts"

test("under random failures every photo reaches the right final status once and every event is delivered", {
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
