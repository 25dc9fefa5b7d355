import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { Icon } from "../ui/icon.tsx"
import { showToast } from "../ui/toast.tsx"
import { chooseFiles } from "./chosen.ts"
import { filesOfDrop } from "./dropped-files.ts"

/** Makes the whole window a target for files and folders. */
export const DropZone = () => {
  const isOver = useSignal(false)
  const found = useSignal<number | null>(null)
  useEffect(() => {
    // Every element that the pointer enters and leaves sends events.
    let depth = 0
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false
    const listeners = {
      dragenter: (event: DragEvent) => {
        if (!hasFiles(event)) return
        depth += 1
        isOver.value = true
      },
      dragleave: (event: DragEvent) => {
        if (!hasFiles(event)) return
        depth = Math.max(0, depth - 1)
        if (depth === 0) isOver.value = false
      },
      dragover: (event: DragEvent) => {
        if (hasFiles(event)) event.preventDefault()
      },
      drop: (event: DragEvent) => {
        if (!event.dataTransfer || !hasFiles(event)) return
        event.preventDefault()
        depth = 0
        isOver.value = false
        found.value = 0
        filesOfDrop(event.dataTransfer, (count) => {
          found.value = count
        })
          .then(chooseFiles, () => showToast("The dropped files cannot be read. Drop them again."))
          .finally(() => {
            found.value = null
          })
      },
    }
    const paste = ({ clipboardData }: ClipboardEvent) => chooseFiles([...(clipboardData?.files ?? [])])
    for (const [name, listener] of Object.entries(listeners))
      addEventListener(name, listener as EventListener)
    addEventListener("paste", paste)
    return () => {
      for (const [name, listener] of Object.entries(listeners))
        removeEventListener(name, listener as EventListener)
      removeEventListener("paste", paste)
    }
  }, [isOver, found])

  if (!isOver.value && found.value === null) return null
  return (
    <div class="drop-overlay">
      <div>
        <Icon name="folder-up" size={48} />
        <p>{isOver.value ? "Drop photos or folders anywhere" : `Reading the folder: ${found.value} files`}</p>
      </div>
    </div>
  )
}
