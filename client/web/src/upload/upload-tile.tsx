import type { UploadFileState } from "rapid-photo-upload-sdk"
import { Icon } from "../ui/icon.tsx"
import { Link } from "../ui/link.tsx"
import { statusTexts } from "./file-status.ts"
import { previewOf } from "./previews.ts"
import { ProgressRing } from "./progress-ring.tsx"
import { fileKey } from "./upload-run.ts"
import { runOf } from "./uploads.ts"

/** A photo of the running upload: its local preview first, its thumbnail when it is stored. */
export const UploadTile = ({ file }: { file: UploadFileState }) => {
  const { filename, status, failure, duplicateOf, thumbnails } = file
  const photoId = duplicateOf ?? (status === "completed" ? file.photoId : null)
  const label = `${filename} ${statusTexts[status]}${failure ? `, ${failure.title}` : ""}`
  const content = (
    <>
      <TilePicture file={file} url={thumbnails[0]?.url ?? null} />
      <Badge file={file} />
    </>
  )
  return photoId === null ? (
    <div class={`upload-tile is-${status}`} role="img" aria-label={label} title={filename}>
      {content}
    </div>
  ) : (
    <Link class={`upload-tile is-${status}`} href={`/photos/${photoId}`} aria-label={label} title={filename}>
      {content}
    </Link>
  )
}

const TilePicture = ({ file, url }: { file: UploadFileState; url: string | null }) => {
  const content = url === null ? runOf(file.id)?.contents.get(fileKey(file)) : undefined
  const src = url ?? (content ? previewOf(file, content).value : null)
  return src === null ? (
    <span class="tile-name">{file.filename}</span>
  ) : (
    <img src={src} alt="" decoding="async" draggable={false} />
  )
}

const Badge = ({ file: { status, failure }, file }: { file: UploadFileState }) => {
  switch (status) {
    case "completed":
      return (
        <span class="badge badge-safe">
          <Icon name="check" size={14} />
        </span>
      )
    case "duplicate":
      return <span class="chip">Already here</span>
    case "failed":
      return (
        <span class="chip chip-failure">
          <Icon name="triangle-alert" size={14} /> {failure?.title ?? "Failed"}
        </span>
      )
    case "cancelled":
      return <span class="chip">Cancelled</span>
    default:
      return <ProgressRing file={file} />
  }
}
