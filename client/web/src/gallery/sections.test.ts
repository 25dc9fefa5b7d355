import { expect, test } from "vitest"
import { nextIndex } from "./next-index.ts"
import type { PhotoItem } from "./photo-item.ts"
import { layoutOf } from "./sections.ts"

const photo = (takenAt: string | null, createdAt = "2026-11-24T10:00:00.000Z"): PhotoItem => ({
  photoId: "ph_1",
  jobId: "job_1",
  filename: "a.jpg",
  path: null,
  mimeType: "image/jpeg",
  bytes: 1,
  status: "COMPLETED",
  failureReason: null,
  duplicateOf: null,
  thumbhash: null,
  width: 300,
  height: 200,
  takenAt,
  tags: [],
  createdAt,
  completedAt: null,
  thumbnails: [],
})

const may = Array.from({ length: 12 }, () => photo("2024-05-03T10:00:00"))

test("photos are divided by month of capture; without one by month of upload", () => {
  const { sections } = layoutOf([photo(null), ...may], [], 1000, 4)
  expect(sections.map(({ month, count, first }) => [month, count, first])).toEqual([
    ["2026-11", 1, 0],
    ["2024-05", 12, 1],
  ])
})

test("months that are not loaded have a place of estimated height below the loaded ones", () => {
  const months = [
    { month: "2024-05", count: 12 },
    { month: "2023-01", count: 400 },
  ]
  const { sections, height } = layoutOf(may, months, 1000, 4)
  const [loaded, rest] = sections
  expect(rest).toMatchObject({ month: "2023-01", count: 400, rows: [] })
  expect(rest?.top).toBeGreaterThan((loaded?.top ?? 0) + (loaded?.height ?? 0))
  expect(rest?.height).toBeGreaterThan(10_000)
  expect(height).toBe((rest?.top ?? 0) + (rest?.height ?? 0))
})

test("a month that is loaded in part keeps space for its other photos", () => {
  const partly = layoutOf(may, [{ month: "2024-05", count: 120 }], 1000, 4)
  const completely = layoutOf(may, [{ month: "2024-05", count: 12 }], 1000, 4)
  expect(partly.height).toBeGreaterThan(completely.height + 1000)
  expect(partly.sections[0]?.count).toBe(120)
})

test("arrow keys move to the photo beside, above and below, also into the next month", () => {
  const layout = layoutOf([...may, photo("2024-04-01T10:00:00")], [], 1000, 4)
  const perRow = layout.sections[0]?.rows[0]?.items.length ?? 0
  expect(nextIndex(layout, 0, "ArrowRight")).toBe(1)
  expect(nextIndex(layout, 0, "ArrowLeft")).toBe(0)
  expect(nextIndex(layout, 0, "ArrowDown")).toBe(perRow)
  expect(nextIndex(layout, perRow, "ArrowUp")).toBe(0)
  expect(nextIndex(layout, 11, "ArrowRight")).toBe(12)
  expect(nextIndex(layout, 12, "ArrowRight")).toBe(12)
  expect(nextIndex(layout, 0, "End")).toBe(12)
  expect(nextIndex(layout, 0, "Tab")).toBeNull()
})
