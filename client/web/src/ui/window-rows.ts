/** The rows of equal height that are visible, and a few more on both sides. `end` is exclusive. */
export const visibleRows = (
  count: number,
  rowHeight: number,
  { top, height }: { top: number; height: number },
  overscan = 4,
): { start: number; end: number } => {
  const first = Math.floor(top / rowHeight) - overscan
  const last = Math.ceil((top + height) / rowHeight) + overscan
  return { start: Math.min(count, Math.max(0, first)), end: Math.max(0, Math.min(count, last)) }
}
