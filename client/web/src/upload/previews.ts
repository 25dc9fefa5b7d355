import { type Signal, signal } from "@preact/signals"
import type { UploadFileState } from "rapid-photo-upload-sdk"
import { fileKey } from "./upload-run.ts"

/** Previews that exist at the same time. More would cost memory for tiles that nobody sees. */
const maxPreviews = 40

/** Decoding a 24 megapixel photo takes about 100 MB for a moment. */
const maxDecoding = 2

const previewSize = 256

/** A preview that no tile asked for during this time is not in view, in ms. Tiles ask whenever they are drawn. */
const unusedMs = 1000

type Preview = { url: Signal<string | null>; isDropped: boolean; usedAt: number }

const none = signal<string | null>(null)

// In order of use: the first is the one that was not needed for the longest time.
const previews = new Map<string, Preview>()
const queue: { key: string; file: File; preview: Preview }[] = []
let decoding = 0

/**
 * A small picture of a local file as an object URL; null until it is decoded, if the
 * browser cannot decode it, or while too many others are in view.
 */
export const previewOf = (state: UploadFileState, file: File): Signal<string | null> => {
  const key = fileKey(state)
  const known = previews.get(key)
  if (known) {
    known.usedAt = performance.now()
    previews.delete(key)
    previews.set(key, known)
    return known.url
  }
  if (!hasRoom()) return none
  const preview: Preview = { url: signal(null), isDropped: false, usedAt: performance.now() }
  previews.set(key, preview)
  // The last one asked for is the one in view.
  queue.unshift({ key, file, preview })
  decodeNext()
  return preview.url
}

/** Whether another preview may exist, after the oldest one was released if it is out of view. */
const hasRoom = (): boolean => {
  if (previews.size < maxPreviews) return true
  const [oldest] = previews
  if (!oldest || performance.now() - oldest[1].usedAt < unusedMs) return false
  drop(oldest[0], oldest[1].url)
  return true
}

/** Releases every preview. */
export const clearPreviews = (): void => {
  for (const [key, { url }] of previews) drop(key, url)
  queue.length = 0
}

const drop = (key: string, url: Signal<string | null>) => {
  const preview = previews.get(key)
  if (preview) preview.isDropped = true
  previews.delete(key)
  if (url.peek() !== null) URL.revokeObjectURL(url.peek() ?? "")
  url.value = null
}

const decodeNext = () => {
  const next = decoding < maxDecoding ? queue.shift() : undefined
  if (!next) return
  if (next.preview.isDropped) return decodeNext()
  decoding += 1
  void shrink(next.file)
    .then((blob) => {
      if (!next.preview.isDropped) next.preview.url.value = URL.createObjectURL(blob)
    })
    // HEIC, for example: the tile shows the name until the server's thumbnail is there.
    .catch(() => {})
    .finally(() => {
      decoding -= 1
      decodeNext()
    })
}

// The browser decodes outside the main thread.
const shrink = async (file: File): Promise<Blob> => {
  const bitmap = await createImageBitmap(file, { resizeWidth: previewSize, resizeQuality: "low" })
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0)
  bitmap.close()
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.7 })
}
