import { expect, test } from "vitest"
import { createMemoryBudget } from "./memory-budget.ts"

test("memory that is released twice counts once", async () => {
  const budget = createMemoryBudget(100)
  const { signal } = new AbortController()
  const giveBack = await budget.take(60, signal)
  giveBack()
  giveBack()
  await budget.take(100, signal)

  const aborted = new AbortController()
  const more = budget.take(60, aborted.signal)
  aborted.abort(new Error("no memory is free"))
  await expect(more).rejects.toThrow("no memory is free")
})
