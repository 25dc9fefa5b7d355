import { expect, test } from "vitest"
import { aspectOf, justifyRows } from "./justified-rows.ts"

const options = { width: 1000, targetHeight: 200, gap: 4 }

test("full rows end exactly at the width, and photos in a row do not overlap", () => {
  const aspects = Array.from({ length: 40 }, (_, index) => [1.5, 1, 0.75, 2.4][index % 4] ?? 1)
  const { rows } = justifyRows(aspects, options)
  for (const [number, { items }] of rows.entries()) {
    for (const [index, item] of items.entries()) {
      const next = items[index + 1]
      if (next) expect(next.left).toBe(item.left + item.width + 4)
    }
    const last = items.at(-1)
    if (last && number < rows.length - 1) expect(last.left + last.width).toBe(1000)
  }
})

test("every photo is in exactly one row, in order", () => {
  const aspects = Array.from({ length: 57 }, (_, index) => 0.5 + (index % 7) / 3)
  const { rows } = justifyRows(aspects, options)
  expect(rows.flatMap(({ items }) => items.map(({ index }) => index))).toEqual(
    aspects.map((_, index) => index),
  )
})

test("rows are near the target height, and the last one is not stretched", () => {
  const { rows } = justifyRows(Array<number>(20).fill(1.5), options)
  for (const { height } of rows) expect(height).toBeGreaterThan(140)
  for (const { height } of rows) expect(height).toBeLessThan(270)
  expect(justifyRows([1.5], options).rows).toEqual([
    { top: 0, height: 200, items: [{ index: 0, left: 0, width: 300 }] },
  ])
})

test("rows follow each other with the gap, and the height ends with the last row", () => {
  const { rows, height } = justifyRows(Array<number>(30).fill(1), options)
  for (const [index, row] of rows.entries()) {
    const next = rows[index + 1]
    expect(next ? next.top : height + 4).toBe(row.top + row.height + 4)
  }
})

test("no photos need no space", () => {
  expect(justifyRows([], options)).toEqual({ rows: [], height: 0 })
})

test("a photo without a size is 3:2, and extreme shapes are limited", () => {
  expect(aspectOf({ width: null, height: null })).toBe(1.5)
  expect(aspectOf({ width: 100, height: 10_000 })).toBe(0.4)
  expect(aspectOf({ width: 10_000, height: 100 })).toBe(3.5)
})
