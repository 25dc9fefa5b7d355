/** The media types of photos we take, as clients declare them and as their bytes reveal them. */
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

export const isPhotoType = (text: string): text is PhotoType =>
  (photoTypes as readonly string[]).includes(text)

/** HEIC is HEIF with HEVC inside; phones and browsers use the two names for the same files. */
export const isSamePhotoType = (a: PhotoType, b: PhotoType): boolean => canonical(a) === canonical(b)

const canonical = (type: PhotoType): PhotoType => (type === "image/heif" ? "image/heic" : type)
