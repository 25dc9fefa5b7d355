import { describe, expect, test } from "vitest"
import { type BucketLevel, takeToken } from "./token-bucket.ts"

const policy = { capacity: 10, fillMs: 60_000 }

const takeMany = (times: number, at: number, from?: BucketLevel) => {
  let level = from
  const allowed: boolean[] = []
  for (let attempt = 0; attempt < times; attempt += 1) {
    const taken = takeToken(level, policy, at)
    level = taken.level
    allowed.push(taken.isAllowed)
  }
  return { level, allowed }
}

describe("a token bucket", () => {
  test("allows a burst of exactly its capacity", () => {
    const { allowed } = takeMany(12, 0)
    expect(allowed.filter(Boolean)).toHaveLength(10)
    expect(allowed.slice(10)).toEqual([false, false])
  })

  test("refills at a constant rate, never above its capacity", () => {
    const { level } = takeMany(10, 0)
    expect(takeToken(level, policy, 5_999).isAllowed).toBe(false)
    expect(takeToken(level, policy, 6_000).isAllowed).toBe(true)
    expect(takeMany(12, 3_600_000, level).allowed.filter(Boolean)).toHaveLength(10)
  })

  test("returns the remaining tokens and the time until the next one", () => {
    expect(takeToken(undefined, policy, 0)).toMatchObject({ remaining: 9, resetSeconds: 6 })
    const { level } = takeMany(10, 0)
    expect(takeToken(level, policy, 2_000)).toMatchObject({ isAllowed: false, remaining: 0, resetSeconds: 4 })
  })

  test("does not gain tokens when the clock goes backwards", () => {
    const { level } = takeMany(10, 10_000)
    expect(takeToken(level, policy, 0).isAllowed).toBe(false)
  })
})
