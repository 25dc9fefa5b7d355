import { makeZip } from "client-zip"
import type { DownloadUrlResponse } from "rapid-photo-upload-sdk"
import { api } from "../session/session.ts"
import type { PhotoItem } from "./photo-item.ts"
import { zipNames } from "./zip-names.ts"

type SavePicker = (options: {
  suggestedName: string
}) => Promise<{ createWritable: () => Promise<WritableStream<Uint8Array>> }>

/**
 * Downloads originals as one ZIP. Each is fetched when its turn comes and, where the browser can, written to disk at once.
 * @param onProgress how many photos are in the ZIP
 */
export const downloadZip = async (
  photos: readonly PhotoItem[],
  name: string,
  onProgress: (count: number) => void,
): Promise<void> => {
  // The picker needs the user's click, so it comes first.
  const picker = (window as { showSaveFilePicker?: SavePicker }).showSaveFilePicker
  const file = await picker?.({ suggestedName: name })
  const zip = makeZip(originals(photos, onProgress))
  if (file) return zip.pipeTo(await file.createWritable())
  save(await new Response(zip).blob(), name)
}

async function* originals(photos: readonly PhotoItem[], onProgress: (count: number) => void) {
  const names = zipNames(photos)
  for (const [index, { photoId, createdAt }] of photos.entries()) {
    const input = await fetchOriginal(await api.getDownloadUrl(photoId))
    yield { name: names[index] ?? photoId, lastModified: new Date(createdAt), input }
    onProgress(index + 1)
  }
}

const fetchOriginal = async ({ url }: DownloadUrlResponse): Promise<Response> => {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`S3 responded with ${response.status}`)
  return response
}

/** Has the browser save a blob as a file. */
export const save = (blob: Blob, name: string): void => {
  const url = URL.createObjectURL(blob)
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
