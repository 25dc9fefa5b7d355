import { useSignal } from "@preact/signals"
import { problemText } from "../session/problem-text.ts"
import { ConfirmDialog } from "../ui/confirm-dialog.tsx"
import { formatCount } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { showToast } from "../ui/toast.tsx"
import { deletePhotos } from "./bulk-commands.ts"
import { downloadZip } from "./download-zip.ts"
import { photos, reloadPhotos, removePhotos } from "./photo-list.ts"
import { clearSelection, selectedCount, selection } from "./selection.ts"
import { TagDialog } from "./tag-dialog.tsx"

/** What can be done with the selected photos. */
export const SelectionBar = () => {
  const asked = useSignal<"tag" | "delete" | null>(null)
  const zipped = useSignal<number | null>(null)
  const count = selectedCount.value
  if (count === 0) return null
  const selected = photos.value.filter(({ photoId }) => selection.value.ids.has(photoId))

  const download = async () => {
    zipped.value = 0
    try {
      await downloadZip(selected, "photos.zip", (done) => {
        zipped.value = done
      })
      showToast(`${formatCount(selected.length, "photo")} downloaded.`)
    } catch (error) {
      // The user closed the browser's dialog.
      if (!(error instanceof DOMException && error.name === "AbortError"))
        showToast(`The download failed. ${problemText(error)}`)
    } finally {
      zipped.value = null
    }
  }
  const remove = async () => {
    const ids = selected.map(({ photoId }) => photoId)
    removePhotos(new Set(ids))
    clearSelection()
    try {
      await deletePhotos(ids)
      showToast(`${formatCount(ids.length, "photo")} deleted.`)
    } catch (error) {
      showToast(problemText(error))
      await reloadPhotos()
    }
  }
  return (
    <div class="selection-bar" role="toolbar" aria-label="Selected photos">
      <IconButton icon="x" label="Clear the selection" onClick={clearSelection} />
      <strong>{count.toLocaleString("en")} selected</strong>
      <span class="spacer" />
      <button type="button" class="button small" onClick={() => (asked.value = "tag")}>
        <Icon name="tag" size={16} /> Tag
      </button>
      <button type="button" class="button small" disabled={zipped.value !== null} onClick={download}>
        <Icon name="download" size={16} />{" "}
        {zipped.value === null ? "Download" : `${zipped.value} of ${selected.length}`}
      </button>
      <button type="button" class="button small" onClick={() => (asked.value = "delete")}>
        <Icon name="trash" size={16} /> Delete
      </button>
      {asked.value === "tag" && <TagDialog photos={selected} onClose={() => (asked.value = null)} />}
      {asked.value === "delete" && (
        <ConfirmDialog
          title={`Delete ${formatCount(count, "photo")}?`}
          text="They are removed from your account and cannot be restored."
          action="Delete"
          onConfirm={remove}
          onClose={() => (asked.value = null)}
        />
      )}
    </div>
  )
}
