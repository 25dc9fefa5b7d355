import { computed, signal } from "@preact/signals"

/** Selected photos, and the last one that was clicked: a range begins there. */
export type Selection = { ids: ReadonlySet<string>; anchor: string | null }

export const noSelection: Selection = { ids: new Set(), anchor: null }

export const selection = signal<Selection>(noSelection)
export const selectedCount = computed(() => selection.value.ids.size)

/** Selects a photo, or removes it from the selection. */
export const toggled = ({ ids }: Selection, id: string): Selection => {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return { ids: next, anchor: id }
}

/** Adds all photos from the anchor to `id`, in the order of the list. Without an anchor only `id`. */
export const withRange = (current: Selection, id: string, order: readonly string[]): Selection => {
  const from = current.anchor === null ? -1 : order.indexOf(current.anchor)
  const to = order.indexOf(id)
  if (from < 0 || to < 0) return toggled(current, id)
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1)
  return { ids: new Set([...current.ids, ...range]), anchor: id }
}

export const clearSelection = (): void => {
  selection.value = noSelection
}
