import { useRef, useState } from "preact/hooks"
import type { UploadFileState } from "rapid-photo-upload-sdk"
import { formatBytes } from "../ui/format.ts"
import { Icon, type IconName } from "../ui/icon.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { Link } from "../ui/link.tsx"
import { px } from "../ui/px.ts"
import { visibleRows } from "../ui/window-rows.ts"
import type { FileGroup } from "./file-groups.ts"
import { statusTexts } from "./file-status.ts"
import { cancelFile } from "./uploads.ts"

const rowHeight = 48
const maxHeight = rowHeight * 5

const icons: Record<FileGroup["kind"], IconName> = {
  uploading: "upload",
  processing: "clock",
  done: "circle-check",
  duplicate: "copy-check",
  failed: "triangle-alert",
  cancelled: "ban",
}

/** A group of the panel that folds. Only the rows in view exist. */
export const PanelGroup = ({ group: { kind, title, files } }: { group: FileGroup }) => {
  const [isOpen, setIsOpen] = useState(kind === "failed")
  return (
    <div class={`group group-${kind}`}>
      <button type="button" class="group-header" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <Icon name={icons[kind]} />
        <span>
          {kind === "failed" && "Failed: "}
          {title}
        </span>
        <span class="group-count">{files.length.toLocaleString("en")}</span>
        <Icon name={isOpen ? "chevron-up" : "chevron-down"} size={16} />
      </button>
      {isOpen && (
        <>
          {kind === "failed" && <p class="group-reason">{files[0]?.failure?.detail}</p>}
          <GroupRows title={title} files={files} />
        </>
      )}
    </div>
  )
}

const GroupRows = ({ title, files }: { title: string; files: readonly UploadFileState[] }) => {
  const list = useRef<HTMLUListElement>(null)
  const [top, setTop] = useState(0)
  const { start, end } = visibleRows(files.length, rowHeight, { top, height: maxHeight })
  return (
    <section
      class="group-rows"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      aria-label={`${title}: files`}
      style={{ height: px(Math.min(maxHeight, files.length * rowHeight)) }}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
    >
      <ul ref={list} style={{ height: px(files.length * rowHeight) }}>
        {files.slice(start, end).map((file, index) => (
          <li
            key={file.id}
            class="file-row"
            style={{ transform: `translateY(${(start + index) * rowHeight}px)` }}
          >
            <FileRow file={file} />
          </li>
        ))}
      </ul>
    </section>
  )
}

const FileRow = ({ file }: { file: UploadFileState }) => {
  const { id, filename, path, status, bytesSent, bytesTotal, duplicateOf } = file
  const isOpen = ["waiting", "hashing", "uploading", "uploaded", "processing"].includes(status)
  const text =
    status === "uploading" ? `${formatBytes(bytesSent)} of ${formatBytes(bytesTotal)}` : statusTexts[status]
  return (
    <>
      <span class="file-name" title={path ? `${path}/${filename}` : filename}>
        {filename}
        <span class="quiet small">
          {duplicateOf ? <Link href={`/photos/${duplicateOf}`}>Already here: show the photo</Link> : text}
        </span>
      </span>
      {status === "uploading" && (
        <progress class="bar bar-sent" max={bytesTotal} value={bytesSent} aria-label={`${filename}: sent`} />
      )}
      {isOpen && <IconButton icon="x" label={`Cancel ${filename}`} onClick={() => cancelFile(id)} />}
    </>
  )
}
