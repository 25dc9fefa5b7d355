import { describe, expect, test } from "vitest"
import { attemptEach, type Drain, drain } from "./drain.ts"

/** Drains the numbers from 0 in batches of ten; records what was handled. */
const drainNumbers = async (total: number, overrides: Partial<Drain<number>> = {}) => {
  let next = 0
  let batches = 0
  const handled: number[] = []
  await drain<number>({
    take: async () => {
      batches += 1
      const size = Math.min(10, total - next)
      next += size
      return Array.from({ length: size }, (_, index) => next - size + index)
    },
    handle: async (batch) => {
      handled.push(...batch)
      return batch.length
    },
    batchSize: 10,
    maxMs: 60_000,
    signal: new AbortController().signal,
    ...overrides,
  })
  return { handled, batches }
}

describe("draining", () => {
  test("continues until a batch is not full", async () => {
    const { handled, batches } = await drainNumbers(25)
    expect(handled).toEqual(Array.from({ length: 25 }, (_, index) => index))
    expect(batches).toBe(3)
  })

  test("starts no batch after its time limit", async () => {
    let clock = 0
    const now = () => {
      clock += 10
      return clock
    }
    expect((await drainNumbers(100, { maxMs: 25, now })).handled).toHaveLength(20)
  })

  test("starts no batch after the signal", async () => {
    const stopping = new AbortController()
    const { batches } = await drainNumbers(100, {
      signal: stopping.signal,
      handle: async (batch) => {
        stopping.abort()
        return batch.length
      },
    })
    expect(batches).toBe(1)
  })

  test("stops after a batch that failed completely, and continues after a partial failure", async () => {
    expect((await drainNumbers(100, { handle: async () => 0 })).batches).toBe(1)
    expect((await drainNumbers(100, { handle: async () => 1 })).batches).toBe(11)
  })
})

describe("attempting each item", () => {
  const items = Array.from({ length: 50 }, (_, index) => index)

  test("returns the results and reports the failures", async () => {
    const failed: number[] = []
    const results = await attemptEach(
      items,
      async (item) => {
        if (item % 10 === 0) throw new Error("no")
        return item
      },
      (item) => failed.push(item),
    )
    expect(results).toHaveLength(45)
    expect(failed).toEqual([0, 10, 20, 30, 40])
  })

  test("limits the number of concurrent requests", async () => {
    let active = 0
    let highest = 0
    await attemptEach(
      items,
      async () => {
        active += 1
        highest = Math.max(highest, active)
        await Promise.resolve()
        active -= 1
      },
      () => undefined,
    )
    expect(highest).toBe(16)
  })
})
