import { expect, test, vi } from "vitest"
import { collectedCalls } from "./collected-calls.ts"
import { deferred } from "./signals.ts"

test("items of one wave go into one call, and items that come while it runs into the next", async () => {
  vi.useFakeTimers()
  try {
    const calls: { items: number[]; end: (result: string) => void }[] = []
    const call = collectedCalls({ delayMs: 100, maxItems: 3 }, (items: number[]) => {
      const { promise, resolve } = deferred<string>()
      calls.push({ items, end: resolve })
      return promise
    })
    const first = [call(1), call(2)]
    await vi.advanceTimersByTimeAsync(100)
    const second = [call(3), call(4), call(5), call(6)]
    await vi.advanceTimersByTimeAsync(1000)
    expect(calls.map(({ items }) => items)).toEqual([[1, 2]])
    calls[0]?.end("first")
    expect(await Promise.all(first)).toEqual(["first", "first"])
    calls[1]?.end("second")
    await vi.advanceTimersByTimeAsync(0)
    calls[2]?.end("third")
    expect(await Promise.all(second)).toEqual(["second", "second", "second", "third"])
    expect(calls.map(({ items }) => items)).toEqual([[1, 2], [3, 4, 5], [6]])
  } finally {
    vi.useRealTimers()
  }
})

test("a failed call rejects its items only", async () => {
  const call = collectedCalls({ delayMs: 0, maxItems: 1 }, async ([item]: number[]) => {
    if (item === 1) throw new Error("broken")
    return item
  })
  const [first, second] = [call(1), call(2)]
  await expect(first).rejects.toThrow("broken")
  await expect(second).resolves.toBe(2)
})
