import type { PhotoResponse } from "rapid-photo-upload-sdk"
import { formatBytes } from "../ui/format.ts"
import { Icon } from "../ui/icon.tsx"
import { IconButton } from "../ui/icon-button.tsx"
import { showToast } from "../ui/toast.tsx"
import { cameraText, type Exif, exposureText, placeText, takenText } from "./exif-text.ts"
import { PhotoTags } from "./photo-tags.tsx"
import { Timeline } from "./timeline.tsx"

/** What is known about the photo. */
export const InfoPanel = ({ photo }: { photo: PhotoResponse }) => {
  const exif: Exif = photo.exifJson ?? {}
  const { annotations } = photo
  const megapixels = ((photo.width ?? 0) * (photo.height ?? 0)) / 1e6
  return (
    <aside class="info" aria-label="Details">
      {annotations && (annotations.title || annotations.caption) && (
        <section>
          {annotations.title && <h3 class="info-title">{annotations.title}</h3>}
          {annotations.caption && <p>{annotations.caption}</p>}
          {annotations.creator && <p class="quiet">{annotations.creator}</p>}
        </section>
      )}
      <section>
        <h3>Taken</h3>
        <p>{takenText(exif) ?? "The camera recorded no time."}</p>
        {cameraText(exif) && <p>{cameraText(exif)}</p>}
        {exposureText(exif) && <p>{exposureText(exif)}</p>}
        {typeof exif.lens === "string" && <p class="quiet">{exif.lens}</p>}
      </section>
      <Place exif={exif} />
      <section>
        <h3>File</h3>
        <p>
          {photo.path && <span class="quiet">{photo.path}/</span>}
          {photo.filename}
        </p>
        <p>
          {photo.width} × {photo.height} · {megapixels.toFixed(1)} MP · {formatBytes(photo.bytes)} ·{" "}
          {photo.mimeType.replace("image/", "").toUpperCase()}
        </p>
        {photo.checksum && (
          <p class="checksum">
            <span class="quiet">SHA-256</span> <code>{photo.checksum}</code>
            <CopyButton text={photo.checksum} label="Copy the checksum" />
          </p>
        )}
        {photo.isDegraded && (
          <p class="failure-text">
            <Icon name="triangle-alert" size={16} /> The file is partly damaged, but viewers can show it.
          </p>
        )}
      </section>
      <PhotoTags photo={photo} />
      <Timeline photoId={photo.photoId} />
    </aside>
  )
}

const Place = ({ exif }: { exif: Exif }) => {
  const place = placeText(exif)
  if (!place) return null
  const coordinates = place.replaceAll(" ", "")
  return (
    <section>
      <h3>Place</h3>
      <p class="place">
        <Icon name="map-pin" size={16} />
        <a
          href={`https://www.openstreetmap.org/?mlat=${coordinates.replace(",", "&mlon=")}#map=14/${coordinates.replace(",", "/")}`}
          target="_blank"
          rel="noreferrer"
        >
          {place}
        </a>
        <CopyButton text={place} label="Copy the coordinates" />
      </p>
    </section>
  )
}

const CopyButton = ({ text, label }: { text: string; label: string }) => (
  <IconButton
    icon="copy"
    label={label}
    onClick={() =>
      navigator.clipboard.writeText(text).then(
        () => showToast("Copied."),
        () => showToast("The browser does not allow copying."),
      )
    }
  />
)
