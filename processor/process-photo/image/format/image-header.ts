import type { PhotoFault } from "../../../../domain/failure-reason.ts"
import type { PhotoType } from "../../../../domain/photo-type.ts"
import type { Result } from "../../../../domain/result.ts"
import type { ByteSource } from "../byte-source.ts"

/** A stretch of a file, in bytes. */
export type Span = { start: number; length: number }

/** What the structure of a file says, before any pixel is decoded. */
export type ImageHeader = {
  type: PhotoType
  /** px as the decoder returns them: rotation by HEIF is applied, EXIF orientation is not. */
  width: number
  height: number
  /** The decoder does not apply the EXIF orientation. */
  isTurnedByExif: boolean
  /** The TIFF block of the photo's EXIF. */
  exif: ByteSource | null
  /** Estimate of what a decode holds in memory at once, in bytes. */
  decodeBytes: number
  /** First byte after the picture; null when the file stops before its end mark. */
  endsAt: number | null
  /** Where uncompressed free text lies: comments. */
  comments: readonly Span[]
  /** Where a HEIC has its coded picture or tiles; null for other formats. */
  hevc: HevcItems | null
}

/** The coded items of a picture: the places of each, and the bytes of the length before each NAL unit. */
export type HevcItems = { items: readonly (readonly Span[])[]; lengthBytes: number }

/**
 * Reads the structure of a file of one format. Memory and time are bounded by what a photo has, not by the file.
 * @throws EndsEarly when the file stops inside its headers, Malformed when it has more of something than any photo;
 * any other exception means a damaged file as well
 */
export type HeaderReader = (source: ByteSource) => Result<ImageHeader, PhotoFault>
