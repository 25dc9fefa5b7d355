import { expect, test, vi } from "vitest"
import { pauseGate } from "./pause-gate.ts"

test("the gate opens when no reason is left, and reports only its changes", async () => {
  const onChange = vi.fn()
  const gate = pauseGate(onChange)
  await gate.passed()
  const { signal } = gate
  const running = signal()
  gate.close("user")
  gate.close("offline")
  expect(running.aborted).toBe(true)
  const passed = vi.fn()
  const waiting = gate.passed().then(passed)
  gate.open("user")
  await Promise.resolve()
  expect(passed).not.toHaveBeenCalled()
  gate.open("offline")
  await waiting
  expect(gate.signal().aborted).toBe(false)
  gate.open("offline")
  expect(onChange.mock.calls).toEqual([["user"], [null]])
})
