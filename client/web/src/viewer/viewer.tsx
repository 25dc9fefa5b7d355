import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { loadMore, photos } from "../gallery/photo-list.ts"
import { thumbnailFor } from "../gallery/thumbnail-url.ts"
import { IconButton } from "../ui/icon-button.tsx"
import { goBack, navigate } from "../ui/routes.ts"
import { DownloadButton } from "./download-button.tsx"
import { InfoPanel } from "./info-panel.tsx"
import { usePhoto } from "./photo-details.ts"
import { useSwipe } from "./swipe.ts"
import { ViewerPicture } from "./viewer-picture.tsx"

/** One photo on the whole screen, with its neighbours on the arrow keys. */
export const Viewer = ({ photoId }: { photoId: string }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const isInfoShown = useSignal(innerWidth > 1000 && localStorage.getItem("info") === "true")
  const isZoomed = useSignal(false)
  const { details, failure } = usePhoto(photoId)
  const all = photos.value
  const index = all.findIndex((photo) => photo.photoId === photoId)

  const show = (offset: number) => {
    const next = all[index + offset]
    isZoomed.value = false
    if (index >= 0 && next) navigate(`/photos/${next.photoId}`, { replace: true })
  }
  const close = () => goBack("/")
  const toggleInfo = () => {
    isInfoShown.value = !isInfoShown.value
    localStorage.setItem("info", String(isInfoShown.value))
  }
  const swipe = useSwipe({ onLeft: () => show(1), onRight: () => show(-1), onDown: close })

  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  useEffect(() => {
    // The neighbours load while the user looks at this photo.
    for (const neighbour of [all[index + 1], all[index - 1]])
      if (index >= 0 && neighbour) new Image().src = thumbnailFor(neighbour, innerWidth, innerHeight) ?? ""
    if (index >= all.length - 3) void loadMore()
  }, [photoId, all])

  const onKeyDown = (event: KeyboardEvent) => {
    const actions: Record<string, () => void> = {
      ArrowRight: () => show(1),
      ArrowLeft: () => show(-1),
      i: toggleInfo,
      z: () => {
        isZoomed.value = !isZoomed.value
      },
    }
    const action = event.target instanceof HTMLInputElement ? undefined : actions[event.key]
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    action()
  }
  const filename = details?.filename ?? all[index]?.filename ?? "Photo"
  return (
    <dialog
      ref={dialog}
      class="viewer"
      aria-label={filename}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
    >
      <header class="viewer-header">
        <IconButton icon="arrow-left" label="Back to the photos" onClick={close} />
        <h2>{filename}</h2>
        <span class="spacer" />
        <IconButton
          icon={isZoomed.value ? "zoom-out" : "zoom-in"}
          label={isZoomed.value ? "Fit to the screen" : "Show at 100 %"}
          aria-pressed={isZoomed.value}
          onClick={() => {
            isZoomed.value = !isZoomed.value
          }}
        />
        <DownloadButton photoId={photoId} filename={filename} />
        <IconButton icon="info" label="Details" aria-pressed={isInfoShown.value} onClick={toggleInfo} />
      </header>
      <div class="viewer-body">
        <div class="viewer-stage" {...swipe}>
          {failure ? (
            <p class="empty">{failure}</p>
          ) : (
            <ViewerPicture
              key={photoId}
              photoId={photoId}
              filename={filename}
              thumbnails={details?.thumbnails ?? all[index]?.thumbnails ?? []}
              thumbhash={all[index]?.thumbhash}
              size={details ?? all[index] ?? null}
              isZoomed={isZoomed.value}
            />
          )}
          {index > 0 && (
            <IconButton
              class="viewer-previous"
              icon="chevron-left"
              label="Previous photo"
              onClick={() => show(-1)}
            />
          )}
          {index >= 0 && index < all.length - 1 && (
            <IconButton class="viewer-next" icon="chevron-right" label="Next photo" onClick={() => show(1)} />
          )}
        </div>
        {isInfoShown.value && details && <InfoPanel photo={details} />}
      </div>
    </dialog>
  )
}
