import { expect, test } from "vitest"
import { formatBytes, formatCount, formatMonth, formatRemaining } from "./format.ts"
import { visibleRows } from "./window-rows.ts"

test("sizes, counts, months and remaining times are short", () => {
  expect([0, 999, 1000, 1234, 99_950, 3_400_000_000].map(formatBytes)).toEqual([
    "0 B",
    "999 B",
    "1 kB",
    "1.2 kB",
    "100 kB",
    "3.4 GB",
  ])
  expect([formatCount(1, "photo"), formatCount(1612, "photo")]).toEqual(["1 photo", "1,612 photos"])
  expect(formatMonth("2024-05")).toBe("May 2024")
  expect([10, 61_000, 7_260_000].map(formatRemaining)).toEqual(["1 s left", "1 min left", "2 h 1 min left"])
})

test("only the rows in view exist, and a few around them", () => {
  expect(visibleRows(1000, 50, { top: 5000, height: 500 }, 2)).toEqual({ start: 98, end: 112 })
  expect(visibleRows(3, 50, { top: 0, height: 500 }, 2)).toEqual({ start: 0, end: 3 })
  expect(visibleRows(3, 50, { top: 5000, height: 500 }, 2)).toEqual({ start: 3, end: 3 })
  expect(visibleRows(100, 50, { top: -5000, height: 500 }, 2).end).toBe(0)
})
