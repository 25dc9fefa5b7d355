import type { Signal } from "@preact/signals"
import { navigate } from "../ui/routes.ts"
import { nextIndex } from "./next-index.ts"
import { photos } from "./photo-list.ts"
import { headerHeight, type Layout } from "./sections.ts"
import { selection, toggled, withRange } from "./selection.ts"

/** Arrows move the focus, Enter opens, Space selects. */
export const handleGridKey = (event: KeyboardEvent, layout: Layout, current: Signal<number>): void => {
  const target = event.target as HTMLElement
  if (target.dataset.index === undefined) return
  const photo = photos.peek()[current.value]
  if (event.key === " " && photo) {
    event.preventDefault()
    selection.value = event.shiftKey
      ? withRange(
          selection.peek(),
          photo.photoId,
          photos.peek().map(({ photoId }) => photoId),
        )
      : toggled(selection.peek(), photo.photoId)
    return
  }
  if (event.key === "Enter" && photo) {
    event.preventDefault()
    navigate(`/photos/${photo.photoId}`)
    return
  }
  const next = nextIndex(layout, current.value, event.key)
  if (next === null) return
  event.preventDefault()
  current.value = next
  focusTile(event.currentTarget as HTMLElement, layout, next)
}

// The tile may not exist before the row is scrolled into view.
const focusTile = (gallery: HTMLElement, layout: Layout, index: number) => {
  const find = () => gallery.querySelector<HTMLElement>(`[data-index="${index}"]`)
  const section = layout.sections.findLast(({ first, rows }) => rows.length > 0 && first <= index)
  const row = section?.rows.find(({ items }) => items.some((item) => section.first + item.index === index))
  if (!find() && section && row)
    scrollTo({ top: gallery.offsetTop + section.top + headerHeight + row.top - 120, behavior: "instant" })
  requestAnimationFrame(() => requestAnimationFrame(() => find()?.focus()))
}
