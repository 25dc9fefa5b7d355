import type { PhotoItem } from "./photo-item.ts"

/** The smallest thumbnail that is sharp at a displayed size; the largest if none is. */
export const thumbnailFor = (
  { thumbnails }: Pick<PhotoItem, "thumbnails">,
  width: number,
  height: number,
  pixelRatio = devicePixelRatio,
): string | null => {
  // A tenth more is not visible.
  const needed = (Math.max(width, height) * pixelRatio) / 1.25
  const bySize = thumbnails.toSorted((a, b) => a.width * a.height - b.width * b.height)
  const fitting = bySize.find((each) => Math.max(each.width, each.height) >= needed)
  return (fitting ?? bySize.at(-1))?.url ?? null
}
