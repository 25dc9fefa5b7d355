import { photos } from "../gallery/photo-list.ts"
import { clearSelection, selectedCount, selection } from "../gallery/selection.ts"
import { acceptAttribute } from "../upload/accepted-files.ts"
import { openPicker } from "../upload/chosen.ts"
import { route } from "./routes.ts"
import { areShortcutsShown } from "./shortcuts.tsx"

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)

/** The shortcuts that work everywhere but in fields and dialogs. */
export const handleGlobalKey = (event: KeyboardEvent): void => {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return
  if (event.key === "Escape" && isTyping(event.target)) {
    ;(event.target as HTMLElement).blur()
    return
  }
  if (isTyping(event.target) || event.altKey) return
  if ((event.ctrlKey || event.metaKey) && event.key === "a" && route.peek().name === "photos") {
    event.preventDefault()
    selection.value = { ids: new Set(photos.peek().map(({ photoId }) => photoId)), anchor: null }
    return
  }
  if (event.ctrlKey || event.metaKey) return
  const actions: Record<string, () => void> = {
    "/": () => document.getElementById("search")?.focus(),
    u: () => openPicker("files", acceptAttribute),
    "?": () => {
      areShortcutsShown.value = true
    },
    ...(selectedCount.peek() > 0 && { Escape: clearSelection }),
  }
  const action = actions[event.key]
  if (!action) return
  event.preventDefault()
  action()
}
