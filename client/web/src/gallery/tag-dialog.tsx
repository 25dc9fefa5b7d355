import { useState } from "preact/hooks"
import { problemText } from "../session/problem-text.ts"
import { Dialog } from "../ui/dialog.tsx"
import { formatCount } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { showToast } from "../ui/toast.tsx"
import { tagPhotos } from "./bulk-commands.ts"
import type { PhotoItem } from "./photo-item.ts"
import { changePhotos } from "./photo-list.ts"

/** Adds tags to photos and removes tags that they have. */
export const TagDialog = ({ photos, onClose }: { photos: readonly PhotoItem[]; onClose: () => void }) => {
  const [text, setText] = useState("")
  const present = [...new Set(photos.flatMap(({ tags }) => tags))].toSorted()
  const ids = photos.map(({ photoId }) => photoId)

  const apply = async (change: { add?: string[]; remove?: string[] }, message: string) => {
    onClose()
    try {
      await tagPhotos(ids, change)
      const removed = new Set(change.remove)
      changePhotos(new Set(ids), (photo) => ({
        ...photo,
        tags: [...new Set([...photo.tags, ...(change.add ?? [])])].filter((tag) => !removed.has(tag)),
      }))
      showToast(message)
    } catch (error) {
      showToast(problemText(error))
    }
  }
  const labels = text.split(",").flatMap((label) => label.trim() || [])
  return (
    <Dialog title={`Tag ${formatCount(photos.length, "photo")}`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (labels.length > 0) void apply({ add: labels }, `Tagged ${formatCount(ids.length, "photo")}.`)
        }}
      >
        <label>
          New tags, separated by commas
          <input
            type="text"
            name="tags"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {present.length > 0 && (
          <div class="tag-list">
            {present.map((tag) => (
              <button
                key={tag}
                type="button"
                class="tag"
                aria-label={`Remove the tag ${tag}`}
                onClick={() => void apply({ remove: [tag] }, `Removed the tag ${tag}.`)}
              >
                {tag} <Icon name="x" size={14} />
              </button>
            ))}
          </div>
        )}
        <footer class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={labels.length === 0}>
            Add tags
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
