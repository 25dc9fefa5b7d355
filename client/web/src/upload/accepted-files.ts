/** What the user chose, divided into what is sent and what is not. */
export type ChosenFiles = {
  accepted: readonly File[]
  notAccepted: readonly { file: File; kind: NotAcceptedKind }[]
  bytes: number
}

export type NotAcceptedKind = "video" | "raw" | "document" | "empty" | "too large"

const photoExtensions = new Set("jpg jpeg jpe jfif png webp avif gif tif tiff heic heif hif".split(" "))
const photoTypes = new Set(
  ["jpeg", "png", "webp", "avif", "gif", "tiff", "heic", "heif"].map((type) => `image/${type}`),
)
const videoExtensions = new Set("mp4 mov m4v avi mkv mts m2ts webm 3gp mpg mpeg wmv".split(" "))
const rawExtensions = new Set("dng nef cr2 cr3 arw raf orf rw2 pef srw".split(" "))

/** Files that systems and programs leave in folders, and which nobody wants to upload. */
const hiddenNames = /^(\.|Thumbs\.db$|desktop\.ini$)/i

/** The extensions for a file picker. */
export const acceptAttribute = ["image/*", ...[...photoExtensions].map((extension) => `.${extension}`)].join(
  ",",
)

const extensionOf = (name: string): string => name.slice(name.lastIndexOf(".") + 1).toLowerCase()

/** Divides chosen files by name, type and size. The server checks the content of each. */
export const divideFiles = (files: readonly File[], maxFileBytes: number): ChosenFiles => {
  const accepted: File[] = []
  const notAccepted: { file: File; kind: NotAcceptedKind }[] = []
  for (const file of files) {
    if (hiddenNames.test(file.name)) continue
    const kind = reasonAgainst(file, maxFileBytes)
    if (kind) notAccepted.push({ file, kind })
    else accepted.push(file)
  }
  return { accepted, notAccepted, bytes: accepted.reduce((sum, { size }) => sum + size, 0) }
}

const reasonAgainst = (file: File, maxFileBytes: number): NotAcceptedKind | null => {
  const extension = extensionOf(file.name)
  if (videoExtensions.has(extension) || file.type.startsWith("video/")) return "video"
  if (rawExtensions.has(extension)) return "raw"
  if (!photoExtensions.has(extension) && !photoTypes.has(file.type)) return "document"
  if (file.size === 0) return "empty"
  return file.size > maxFileBytes ? "too large" : null
}
