import type { PhotoType } from "./photo-type.ts"

/** Longest edge of each thumbnail, in px. */
export const thumbnailVariants = [1024, 256] as const
export type ThumbnailVariant = (typeof thumbnailVariants)[number]

/** A stored thumbnail: its longest edge is at most `variant` px, upright, without metadata. */
export type Thumbnail = { variant: ThumbnailVariant; width: number; height: number; bytes: number }

/** EXIF metadata of a photo, typed and JSON-safe. Absent and invalid values are null. */
export type PhotoExif = {
  make: string | null
  model: string | null
  lensMake: string | null
  lens: string | null
  software: string | null
  artist: string | null
  copyright: string | null
  description: string | null
  /** Local time as stored in the file, `YYYY-MM-DDTHH:MM:SS`. */
  dateTimeOriginal: string | null
  /** `+HH:MM` of that local time. */
  offsetTimeOriginal: string | null
  /** Signed decimal degrees, WGS 84. */
  latitude: number | null
  longitude: number | null
  /** Metres above sea level, negative below. */
  altitude: number | null
  /** 1–8 as stored (EXIF 2.32 §4.6.4); width and height of the photo are after orientation. */
  orientation: number | null
  /** Seconds. */
  exposureTime: number | null
  fNumber: number | null
  iso: number | null
  /** mm. */
  focalLength: number | null
  focalLength35mm: number | null
  exposureBias: number | null
  flash: boolean | null
  meteringMode: number | null
  whiteBalance: number | null
  colorSpace: number | null
}

/** Descriptions of a photo by its author, from XMP and IPTC. */
export type PhotoAnnotations = {
  title: string | null
  caption: string | null
  keywords: string[]
  /** Stars, 0–5. */
  rating: number | null
  /** Several creators are separated by commas. */
  creator: string | null
}

/** Additional content in the file of a valid photo. */
export const photoAnomalies = [
  /** Bytes after the image, except padding and known camera data. */
  "TRAILING_DATA",
  /** HTML, SVG or PHP in a comment or after the image. */
  "EMBEDDED_MARKUP",
  /** The file is also a ZIP archive. */
  "EMBEDDED_ARCHIVE",
  /** The file is also a PDF document. */
  "EMBEDDED_DOCUMENT",
  /** The file is also a script: its first bytes are the start of a comment in JavaScript. */
  "EMBEDDED_SCRIPT",
] as const

export type PhotoAnomaly = (typeof photoAnomalies)[number]

/** The result of examining a photo. Width and height are in px, after orientation. */
export type ImageFacts = {
  type: PhotoType
  width: number
  height: number
  exif: PhotoExif
  /** True if only a lenient decoder accepted the file: viewers show it, but it is damaged. */
  isDegraded: boolean
  anomalies: readonly PhotoAnomaly[]
  /** ThumbHash (https://evanw.github.io/thumbhash/) in base64, of the upright picture. */
  thumbhash: string
  /** Null if the file has none. */
  annotations: PhotoAnnotations | null
}
