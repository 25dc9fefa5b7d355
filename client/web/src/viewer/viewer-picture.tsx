import { useEffect, useState } from "preact/hooks"
import type { PhotoItem } from "../gallery/photo-item.ts"
import { placeholderOf } from "../gallery/placeholder.ts"
import { thumbnailFor } from "../gallery/thumbnail-url.ts"
import { api } from "../session/session.ts"

type Props = {
  photoId: string
  filename: string
  thumbnails: PhotoItem["thumbnails"]
  thumbhash: string | null | undefined
  size: { width: number | null; height: number | null } | null
  isZoomed: boolean
}

/** The large thumbnail; at 100 % the original, where the browser can show its format. */
export const ViewerPicture = ({ photoId, filename, thumbnails, thumbhash, size, isZoomed }: Props) => {
  const [original, setOriginal] = useState<string | null>(null)
  const preview = thumbnailFor({ thumbnails }, innerWidth, innerHeight)
  useEffect(() => {
    if (!isZoomed || original !== null) return
    void api
      .getDownloadUrl(photoId)
      .then(({ url }) => loadable(url))
      .then(setOriginal, () => {})
  }, [isZoomed, original, photoId])

  const width = size?.width ?? undefined
  const height = size?.height ?? undefined
  if (isZoomed)
    return (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      <section class="viewer-zoom" tabIndex={0} aria-label={`${filename} at 100 %`}>
        <img src={original ?? preview ?? undefined} alt={filename} width={width} height={height} />
      </section>
    )
  return (
    <img
      class="viewer-picture"
      src={preview ?? undefined}
      alt={filename}
      width={width}
      height={height}
      style={{ backgroundImage: placeholderOf(thumbhash) }}
    />
  )
}

/** The URL, once the browser has decoded it. HEIC and TIFF cannot be decoded everywhere. */
const loadable = async (url: string): Promise<string> => {
  const image = new Image()
  image.src = url
  await image.decode()
  return url
}
