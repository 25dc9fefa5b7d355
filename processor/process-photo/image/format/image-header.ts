import type { PhotoFault } from "../../../../domain/failure-reason.ts"
import type { PhotoType } from "../../../../domain/photo-type.ts"
import type { Result } from "../../../../domain/result.ts"
import type { ByteSource } from "../byte-source.ts"

/** A stretch of a file, in bytes. */
export type Span = { start: number; length: number }

/** What a file's structure says before any pixel is decoded. */
export type ImageHeader = {
  type: PhotoType
  /** px as they come out of the decoder: EXIF orientation is not applied, what HEIF does by itself is. */
  width: number
  height: number
  /** The decoder leaves it to us to turn the picture as EXIF says. */
  isTurnedByExif: boolean
  /** The TIFF block of the photo's EXIF. */
  exif: ByteSource | null
  /** Estimate of what a decode holds in memory at once, in bytes. */
  decodeBytes: number
  /** First byte after the picture; null when the file stops before its end mark. */
  endsAt: number | null
  /** Where free text stands in the clear: comments. */
  comments: readonly Span[]
}

/**
 * Walks a file of one format.
 * @throws EndsEarly when the file stops inside its headers
 */
export type HeaderReader = (source: ByteSource) => Result<ImageHeader, PhotoFault>
