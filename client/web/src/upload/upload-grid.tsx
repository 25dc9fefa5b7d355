import { useRef } from "preact/hooks"
import { formatCount } from "../ui/format.ts"
import { px } from "../ui/px.ts"
import { useBox, viewport } from "../ui/viewport.ts"
import { visibleRows } from "../ui/window-rows.ts"
import { UploadTile } from "./upload-tile.tsx"
import { allFiles } from "./uploads.ts"

const gap = 4

/** The photos of the running uploads as squares. Only the rows in view exist. */
export const UploadGrid = () => {
  const grid = useRef<HTMLDivElement>(null)
  const { width, top } = useBox(grid)
  const files = allFiles.value
  if (files.length === 0) return null
  const columns = Math.max(3, Math.floor(width / 176))
  const side = (width - gap * (columns - 1)) / columns
  const rowHeight = side + gap
  const rowCount = Math.ceil(files.length / columns)
  const { start, end } = visibleRows(
    rowCount,
    rowHeight,
    { top: viewport.value.top - top, height: viewport.value.height },
    1,
  )
  return (
    <section aria-labelledby="uploading-title" class="upload-section">
      <h2 id="uploading-title" class="month-title">
        This upload <span class="quiet">{formatCount(files.length, "photo")}</span>
      </h2>
      <div ref={grid} class="upload-grid" style={{ height: px(width > 0 ? rowCount * rowHeight : 0) }}>
        {width > 0 &&
          files.slice(start * columns, end * columns).map((file, index) => {
            const position = start * columns + index
            const style = {
              width: px(side),
              height: px(side),
              transform: `translate(${(position % columns) * (side + gap)}px, ${Math.floor(position / columns) * rowHeight}px)`,
            }
            return (
              <div key={file.id} class="upload-cell" style={style}>
                <UploadTile file={file} />
              </div>
            )
          })}
      </div>
    </section>
  )
}
