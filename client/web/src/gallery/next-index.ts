import type { Layout } from "./sections.ts"

/** The photo that an arrow key leads to: beside it, or the one above or below its middle. */
export const nextIndex = (layout: Layout, index: number, key: string): number | null => {
  const rows = layout.sections.flatMap(({ first, rows }) =>
    rows.map((row) => row.items.map((item) => ({ ...item, index: first + item.index }))),
  )
  const rowIndex = rows.findIndex((row) => row.some((item) => item.index === index))
  const last = rows.at(-1)?.at(-1)?.index ?? 0
  if (key === "ArrowRight") return Math.min(last, index + 1)
  if (key === "ArrowLeft") return Math.max(0, index - 1)
  if (key === "Home") return 0
  if (key === "End") return last
  if (key !== "ArrowDown" && key !== "ArrowUp") return null
  const item = rows[rowIndex]?.find((each) => each.index === index)
  const neighbours = rows[rowIndex + (key === "ArrowDown" ? 1 : -1)]
  if (!item || !neighbours) return index
  const middle = item.left + item.width / 2
  const distance = (each: { left: number; width: number }) => Math.abs(each.left + each.width / 2 - middle)
  return neighbours.toSorted((a, b) => distance(a) - distance(b))[0]?.index ?? index
}
