/** The media types of photos that are accepted, as declared and as detected. */
export const photoTypes = [
  "image/jpeg",
  "image/png",
  "image/webp",
  "image/avif",
  "image/gif",
  "image/tiff",
  "image/heic",
  "image/heif",
] as const

export type PhotoType = (typeof photoTypes)[number]

/**
 * Returns the type of a declared file, or null when it is not a photo type. Aliases are normalized. A file without a type
 * gets the type of its extension: browsers send no type for a HEIC file if the operating system does not support it.
 */
export const photoTypeOf = (mimeType: string, filename: string): PhotoType | null => {
  const [essence = ""] = mimeType.split(";", 1)
  const type = essence.trim().toLowerCase()
  if (type === "") return typesOfExtensions.get(extensionOf(filename) ?? "") ?? null
  return photoTypes.find((known) => known === type) ?? aliases.get(type) ?? null
}

/** Returns the extension of a filename in lower case, or null when it has none. */
export const extensionOf = (filename: string): string | null => {
  const dot = filename.lastIndexOf(".")
  return dot > 0 ? filename.slice(dot + 1).toLowerCase() : null
}

export const isPhotoExtension = (extension: string): boolean => typesOfExtensions.has(extension)

const typesOfExtensions: ReadonlyMap<string, PhotoType> = new Map([
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["jpe", "image/jpeg"],
  ["jfif", "image/jpeg"],
  ["png", "image/png"],
  ["webp", "image/webp"],
  ["avif", "image/avif"],
  ["gif", "image/gif"],
  ["tif", "image/tiff"],
  ["tiff", "image/tiff"],
  ["heic", "image/heic"],
  ["heif", "image/heif"],
  ["hif", "image/heif"],
])

// Unregistered names that browsers, phones and libraries use. -sequence is the registered type of a live photo or burst,
// whose cover is a still image.
const aliases: ReadonlyMap<string, PhotoType> = new Map([
  ["image/jpg", "image/jpeg"],
  ["image/jpe", "image/jpeg"],
  ["image/jfif", "image/jpeg"],
  ["image/pjpeg", "image/jpeg"],
  ["image/pipeg", "image/jpeg"],
  ["image/x-jpeg", "image/jpeg"],
  ["image/x-jpg", "image/jpeg"],
  ["image/x-citrix-jpeg", "image/jpeg"],
  ["image/x-png", "image/png"],
  ["image/x-citrix-png", "image/png"],
  ["image/apng", "image/png"],
  ["image/x-webp", "image/webp"],
  ["image/x-gif", "image/gif"],
  ["image/tif", "image/tiff"],
  ["image/x-tif", "image/tiff"],
  ["image/x-tiff", "image/tiff"],
  ["image/x-heic", "image/heic"],
  ["image/heic-sequence", "image/heic"],
  ["image/x-heif", "image/heif"],
  ["image/heif-sequence", "image/heif"],
  ["image/avif-sequence", "image/avif"],
])

/** HEIC is HEIF with HEVC coding; phones and browsers use both names for the same files. */
export const isSamePhotoType = (a: PhotoType, b: PhotoType): boolean => canonical(a) === canonical(b)

const canonical = (type: PhotoType): PhotoType => (type === "image/heif" ? "image/heic" : type)
