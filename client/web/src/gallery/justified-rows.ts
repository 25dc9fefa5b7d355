/** A photo's place in a row. */
export type Placed = { index: number; left: number; width: number }
export type Row = { top: number; height: number; items: readonly Placed[] }

/** Panoramas and strips would make rows too low or photos too narrow. */
const minAspect = 0.4
const maxAspect = 3.5

/** Width divided by height, within bounds. Photos without a size are shown as 3:2. */
export const aspectOf = ({ width, height }: { width: number | null; height: number | null }): number =>
  width && height ? Math.min(maxAspect, Math.max(minAspect, width / height)) : 1.5

/**
 * Puts photos into rows of the same width, in order. A row is as near to `targetHeight` as its photos allow; the last row
 * keeps that height instead of being stretched.
 */
export const justifyRows = (
  aspects: readonly number[],
  { width, targetHeight, gap }: { width: number; targetHeight: number; gap: number },
): { rows: Row[]; height: number } => {
  const rows: Row[] = []
  let top = 0
  let start = 0
  let sum = 0
  const place = (end: number, height: number) => {
    let left = 0
    const items = aspects.slice(start, end).map((aspect, offset): Placed => {
      const placed = { index: start + offset, left, width: Math.round(aspect * height) }
      left += placed.width + gap
      return placed
    })
    rows.push({ top, height, items: endingAt(items, width, end < aspects.length || left - gap > width) })
    top += height + gap
    start = end
    sum = 0
  }
  aspects.forEach((aspect, index) => {
    const before = heightOf(sum, index - start, width, gap)
    sum += aspect
    const after = heightOf(sum, index - start + 1, width, gap)
    if (after > targetHeight) return
    // The photo that fills the row makes it lower; without it the row would be higher. Take what is nearer.
    if (index > start && before - targetHeight < targetHeight - after) {
      place(index, Math.round(before))
      sum = aspect
      if (heightOf(sum, 1, width, gap) > targetHeight) return
    }
    place(index + 1, Math.round(heightOf(sum, index - start + 1, width, gap)))
  })
  if (start < aspects.length) place(aspects.length, targetHeight)
  return { rows, height: Math.max(0, top - gap) }
}

const heightOf = (aspects: number, count: number, width: number, gap: number): number =>
  aspects > 0 ? (width - gap * (count - 1)) / aspects : Number.POSITIVE_INFINITY

/** Gives the last photo the pixels that rounding left over. */
const endingAt = (items: readonly Placed[], width: number, isFull: boolean): readonly Placed[] => {
  const last = items.at(-1)
  if (!last || !isFull) return items
  return [...items.slice(0, -1), { ...last, width: width - last.left }]
}
