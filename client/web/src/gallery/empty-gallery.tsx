import { Icon } from "../ui/icon.tsx"
import { acceptAttribute } from "../upload/accepted-files.ts"
import { openPicker } from "../upload/chosen.ts"
import { allFiles } from "../upload/uploads.ts"
import { filter, isFiltered, noFilter } from "./photo-filter.ts"
import { reloadPhotos } from "./photo-list.ts"

/** What the gallery shows without photos, and what to do next. */
export const EmptyGallery = ({ failure }: { failure: string }) => {
  if (failure)
    return (
      <div class="empty">
        <Icon name="triangle-alert" size={48} />
        <p>{failure}</p>
        <button type="button" class="button" onClick={reloadPhotos}>
          Try again
        </button>
      </div>
    )
  if (isFiltered(filter.value))
    return (
      <div class="empty">
        <Icon name="search" size={48} />
        <p>No photo matches.</p>
        <button
          type="button"
          class="button"
          onClick={() => {
            filter.value = noFilter
          }}
        >
          Show all photos
        </button>
      </div>
    )
  if (allFiles.value.length > 0) return null
  return (
    <div class="empty">
      <Icon name="images" size={64} />
      <h2>Drop photos or folders anywhere</h2>
      <p class="quiet">JPEG, HEIC, PNG, WebP, AVIF, GIF and TIFF, up to 100 MiB each.</p>
      <div class="button-row">
        <button type="button" class="button primary" onClick={() => openPicker("files", acceptAttribute)}>
          <Icon name="upload" /> Choose photos
        </button>
        <button type="button" class="button" onClick={() => openPicker("folder", acceptAttribute)}>
          <Icon name="folder-up" /> Choose a folder
        </button>
      </div>
    </div>
  )
}
