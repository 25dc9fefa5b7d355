import { expect, test } from "vitest"
import { noSelection, toggled, withRange } from "./selection.ts"

const order = ["a", "b", "c", "d", "e"]

test("a click selects a photo, and a second one removes it", () => {
  const one = toggled(noSelection, "b")
  expect([...one.ids]).toEqual(["b"])
  expect([...toggled(one, "b").ids]).toEqual([])
})

test("a range goes from the last clicked photo, in both directions, and keeps the rest", () => {
  expect([...withRange(toggled(noSelection, "b"), "d", order).ids]).toEqual(["b", "c", "d"])
  expect([...withRange(toggled(noSelection, "d"), "b", order).ids].toSorted()).toEqual(["b", "c", "d"])
  const two = withRange(toggled(toggled(noSelection, "a"), "c"), "d", order)
  expect([...two.ids].toSorted()).toEqual(["a", "c", "d"])
})

test("a range without a first photo selects one, also when that photo was deleted", () => {
  expect([...withRange(noSelection, "c", order).ids]).toEqual(["c"])
  expect([...withRange({ ids: new Set(), anchor: "gone" }, "c", order).ids]).toEqual(["c"])
})
