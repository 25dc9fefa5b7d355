import { formatMonth } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { px } from "../ui/px.ts"
import { navigate } from "../ui/routes.ts"
import type { Placed } from "./justified-rows.ts"
import { monthOf, type PhotoItem } from "./photo-item.ts"
import { refreshLinks } from "./photo-list.ts"
import { placeholderOf } from "./placeholder.ts"
import { thumbnailFor } from "./thumbnail-url.ts"

type Props = {
  photo: PhotoItem
  placed: Placed
  top: number
  height: number
  isSelected: boolean
  /** Whether clicks select, because photos are selected already. */
  isSelecting: boolean
  /** The one tile that Tab reaches. */
  isCurrent: boolean
  onSelect: (photoId: string, isRange: boolean) => void
}

/** A photo of the gallery. */
export const PhotoTile = ({
  photo,
  placed: { index, left, width },
  top,
  height,
  isSelected,
  isSelecting,
  isCurrent,
  onSelect,
}: Props) => {
  const { photoId, filename } = photo
  const url = thumbnailFor(photo, width, height)
  return (
    <li
      class={`tile ${isSelected ? "is-selected" : ""}`}
      style={{ width: px(width), height: px(height), transform: `translate(${left}px, ${top}px)` }}
    >
      <a
        href={`/photos/${photoId}`}
        data-index={index}
        tabIndex={isCurrent ? 0 : -1}
        aria-label={`${filename}, ${formatMonth(monthOf(photo))}${isSelected ? ", selected" : ""}`}
        style={{ backgroundImage: isSelected ? "none" : placeholderOf(photo.thumbhash) }}
        draggable={false}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey) return
          event.preventDefault()
          if (isSelecting || event.shiftKey) onSelect(photoId, event.shiftKey)
          else navigate(`/photos/${photoId}`)
        }}
      >
        {url && (
          <img
            src={url}
            alt=""
            width={width}
            height={height}
            decoding="async"
            draggable={false}
            onError={refreshLinks}
          />
        )}
      </a>
      <button
        type="button"
        class="select-circle"
        tabIndex={-1}
        aria-pressed={isSelected}
        aria-label={`Select ${filename}`}
        onClick={(event) => onSelect(photoId, event.shiftKey)}
      >
        <Icon name="check" size={16} />
      </button>
    </li>
  )
}
