import { describe, expect, test } from "vitest"
import { mayDeleteOrphans } from "./orphan-bounds.ts"

const bounds = { maxOrphans: 100, maxOrphanShare: 0.05 }

describe("orphans may be deleted", () => {
  test.each([
    ["none", { listed: 0, orphans: 0 }, true],
    ["a few among many objects", { listed: 10_000, orphans: 100 }, true],
    ["more than the maximum number", { listed: 10_000, orphans: 101 }, false],
    ["more than the maximum fraction", { listed: 100, orphans: 6 }, false],
    ["every object of the bucket", { listed: 1, orphans: 1 }, false],
  ])("%s", (_, counts, expected) => {
    expect(mayDeleteOrphans(counts, bounds, 0)).toBe(expected)
  })

  test("up to the number that an operator has confirmed", () => {
    expect(mayDeleteOrphans({ listed: 500, orphans: 500 }, bounds, 500)).toBe(true)
    expect(mayDeleteOrphans({ listed: 501, orphans: 501 }, bounds, 500)).toBe(false)
  })
})
