import { useState } from "preact/hooks"
import type { PhotoResponse } from "rapid-photo-upload-sdk"
import { changePhotos } from "../gallery/photo-list.ts"
import { problemText } from "../session/problem-text.ts"
import { api } from "../session/session.ts"
import { Icon } from "../ui/icon.tsx"
import { showToast } from "../ui/toast.tsx"

/** The tags of one photo, to read and to change. */
export const PhotoTags = ({ photo: { photoId, tags: initial } }: { photo: PhotoResponse }) => {
  const [tags, setTags] = useState<readonly string[]>(initial)
  const [text, setText] = useState("")
  const change = async (send: () => Promise<{ tags: string[] }>) => {
    try {
      const next = await send()
      setTags(next.tags)
      changePhotos(new Set([photoId]), (photo) => ({ ...photo, tags: next.tags }))
    } catch (error) {
      showToast(problemText(error))
    }
  }
  return (
    <section>
      <h3>Tags</h3>
      <div class="tag-list">
        {tags.map((tag) => (
          <button
            key={tag}
            type="button"
            class="tag"
            aria-label={`Remove the tag ${tag}`}
            onClick={() => void change(() => api.untagPhoto(photoId, tag))}
          >
            {tag} <Icon name="x" size={14} />
          </button>
        ))}
      </div>
      <form
        class="inline-form"
        onSubmit={(event) => {
          event.preventDefault()
          const label = text.trim()
          setText("")
          if (label) void change(() => api.tagPhoto(photoId, { labels: [label] }))
        }}
      >
        <input
          type="text"
          aria-label="New tag"
          placeholder="Add a tag"
          maxLength={64}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </form>
    </section>
  )
}
