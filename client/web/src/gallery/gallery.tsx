import { useSignal } from "@preact/signals"
import { useEffect, useMemo, useRef } from "preact/hooks"
import { formatCount, formatMonth } from "../ui/format.ts"
import { px } from "../ui/px.ts"
import { useBox, viewport } from "../ui/viewport.ts"
import { EmptyGallery } from "./empty-gallery.tsx"
import { handleGridKey } from "./grid-keys.ts"
import { hasMore, isLoading, loadFailure, loadMore, months, photos, reloadPhotos } from "./photo-list.ts"
import { PhotoTile } from "./photo-tile.tsx"
import { Scrubber } from "./scrubber.tsx"
import { headerHeight, type Layout, layoutOf, type Section } from "./sections.ts"
import { selectedCount, selection, toggled, withRange } from "./selection.ts"

const gap = 4

/** Rows above and below the visible part that exist already, in pixels. */
const overscan = 600

/** All photos in justified rows, by month. Only the rows in view exist. */
export const Gallery = () => {
  const list = useRef<HTMLDivElement>(null)
  const { width, top } = useBox(list)
  const all = photos.value
  const counts = months.value
  const layout = useMemo(
    () => (width > 0 ? layoutOf(all, counts, width, gap) : { sections: [], height: 0 }),
    [all, counts, width],
  )
  const view = viewport.value
  const from = view.top - top - overscan
  const to = view.top - top + view.height + overscan
  const current = useSignal(0)
  const loadedHeight = loadedHeightOf(layout)

  useEffect(() => {
    if (to > loadedHeight && hasMore.value && !isLoading.value && all.length > 0) void loadMore()
  }, [to, loadedHeight, all])

  if (all.length === 0 && !isLoading.value) return <EmptyGallery failure={loadFailure.value} />
  return (
    <>
      <section
        ref={list}
        aria-label="All photos"
        class="gallery"
        style={{ height: px(layout.height) }}
        onKeyDown={(event) => handleGridKey(event, layout, current)}
        onFocusIn={({ target }) => {
          const index = (target as HTMLElement).dataset.index
          if (index !== undefined) current.value = Number(index)
        }}
      >
        {layout.sections
          .filter((section) => section.top + section.height > from && section.top < to)
          .map((section) => (
            <MonthSection
              key={section.month}
              section={section}
              from={from - section.top}
              to={to - section.top}
              current={current.value}
            />
          ))}
      </section>
      {loadFailure.value && (
        <p class="failure-text">
          {loadFailure.value}{" "}
          <button type="button" class="button small" onClick={reloadPhotos}>
            Try again
          </button>
        </p>
      )}
      <Scrubber layout={layout} galleryTop={top} />
    </>
  )
}

type SectionProps = { section: Section; from: number; to: number; current: number }

const MonthSection = ({ section, from, to, current }: SectionProps) => {
  const { month, count, top, height, first, rows } = section
  const { ids } = selection.value
  const isSelecting = selectedCount.value > 0
  return (
    <section
      class="month"
      aria-label={formatMonth(month)}
      style={{ height: px(height), transform: `translateY(${top}px)` }}
    >
      <h2 class="month-title">
        {formatMonth(month)} <span class="quiet">{formatCount(count, "photo")}</span>
      </h2>
      <ul class="month-rows">
        {rows
          .filter((row) => headerHeight + row.top + row.height > from && headerHeight + row.top < to)
          .flatMap((row) =>
            row.items.map((placed) => {
              const photo = photos.value[first + placed.index]
              if (!photo) return null
              return (
                <PhotoTile
                  key={photo.photoId}
                  photo={photo}
                  placed={{ ...placed, index: first + placed.index }}
                  top={row.top}
                  height={row.height}
                  isSelected={ids.has(photo.photoId)}
                  isSelecting={isSelecting}
                  isCurrent={first + placed.index === current}
                  onSelect={select}
                />
              )
            }),
          )}
      </ul>
    </section>
  )
}

const select = (photoId: string, isRange: boolean) => {
  selection.value = isRange
    ? withRange(
        selection.peek(),
        photoId,
        photos.peek().map((photo) => photo.photoId),
      )
    : toggled(selection.peek(), photoId)
}

/** Where the loaded photos end. */
const loadedHeightOf = ({ sections }: Layout): number => {
  const last = sections.findLast(({ rows }) => rows.length > 0)
  const row = last?.rows.at(-1)
  return last && row ? last.top + headerHeight + row.top + row.height : 0
}
