import { aspectOf, justifyRows, type Row } from "./justified-rows.ts"
import { type MonthCount, monthOf, type PhotoItem } from "./photo-item.ts"

/** A month of the gallery. */
export type Section = {
  month: string
  /** Photos of the month on the server. */
  count: number
  top: number
  /** With the header. */
  height: number
  /** Index of the month's first photo in the list. */
  first: number
  /** Empty while none of its photos is loaded. */
  rows: readonly Row[]
}

export type Layout = { sections: readonly Section[]; height: number }

export const headerHeight = 48
const sectionGap = 16

/** Height of the rows for a width of the gallery. */
export const rowHeightFor = (width: number): number =>
  Math.round(Math.min(240, Math.max(120, 140 + width / 14)))

/**
 * Places every month below the one before it. Months that are not loaded, or not completely, get an estimated height, so
 * that the scroll bar and the scrubber show the whole timeline.
 */
export const layoutOf = (
  photos: readonly PhotoItem[],
  months: readonly MonthCount[],
  width: number,
  gap: number,
): Layout => {
  const targetHeight = rowHeightFor(width)
  const counts = new Map(months.map(({ month, count }) => [month, count]))
  const sections: Section[] = []
  let top = 0
  const add = (section: Omit<Section, "top">) => {
    sections.push({ ...section, top })
    top += section.height + sectionGap
  }
  let first = 0
  while (first < photos.length) {
    const month = monthAt(photos, first)
    let end = first + 1
    while (end < photos.length && monthAt(photos, end) === month) end += 1
    const { rows, height } = justifyRows(photos.slice(first, end).map(aspectOf), { width, targetHeight, gap })
    const count = Math.max(end - first, counts.get(month) ?? 0)
    const missing = end === photos.length ? count - (end - first) : 0
    const rest = missing > 0 ? estimate(missing, width, targetHeight, gap) + gap : 0
    add({ month, count, height: headerHeight + height + rest, first, rows })
    counts.delete(month)
    first = end
  }
  for (const { month, count } of months)
    if (counts.has(month))
      add({ month, count, height: headerHeight + estimate(count, width, targetHeight, gap), first, rows: [] })
  return { sections, height: Math.max(0, top - sectionGap) }
}

const monthAt = (photos: readonly PhotoItem[], index: number): string => {
  const photo = photos[index]
  return photo ? monthOf(photo) : ""
}

const estimate = (count: number, width: number, targetHeight: number, gap: number): number => {
  const perRow = Math.max(1, Math.round(width / (targetHeight * 1.5)))
  return Math.ceil(count / perRow) * (targetHeight + gap)
}
