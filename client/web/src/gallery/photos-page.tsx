import { UnfinishedBanner } from "../upload/unfinished-banner.tsx"
import { UploadGrid } from "../upload/upload-grid.tsx"
import { Gallery } from "./gallery.tsx"
import { filter, isFiltered } from "./photo-filter.ts"
import { photos } from "./photo-list.ts"
import { FilterBar } from "./search-bar.tsx"
import { SelectionBar } from "./selection-bar.tsx"

/** The home of the page: the running upload, then all photos. */
export const PhotosPage = () => {
  const isSearching = isFiltered(filter.value)
  return (
    <>
      <h1 class="visually-hidden">Photos</h1>
      <UnfinishedBanner />
      {(photos.value.length > 0 || isSearching) && <FilterBar />}
      {!isSearching && <UploadGrid />}
      <Gallery />
      <SelectionBar />
    </>
  )
}
