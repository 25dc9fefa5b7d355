import type { PhotoFault } from "../../../../domain/failure-reason.ts"
import type { PhotoType } from "../../../../domain/photo-type.ts"
import type { Result } from "../../../../domain/result.ts"
import type { RawAnnotations } from "../annotations/raw-annotations.ts"
import type { ByteSource, Span } from "../byte-source.ts"

/** The header data of a file, read without decoding pixels. */
export type ImageHeader = {
  type: PhotoType
  /** Dimensions in px as the decoder returns them: with HEIF rotation, without EXIF orientation. */
  width: number
  height: number
  /** The decoder does not apply the EXIF orientation. */
  isTurnedByExif: boolean
  /** The TIFF block of the photo's EXIF. */
  exif: ByteSource | null
  annotations: RawAnnotations
  /** Estimated peak memory of a decode, in bytes. */
  decodeBytes: number
  /** First byte after the picture; null if the file ends before the picture's end marker. */
  endsAt: number | null
  /** The byte ranges of uncompressed text (comments). */
  comments: readonly Span[]
  /** The byte ranges of a HEIC's coded picture or tiles; null for other formats. */
  hevc: HevcItems | null
}

/** The coded items of a picture: their byte ranges, and the size of the length field before each NAL unit. */
export type HevcItems = { items: readonly (readonly Span[])[]; lengthBytes: number }

/**
 * Reads the structure of a file of one format. Memory and time are bounded for any file size.
 * @throws EndsEarly when the file stops inside its headers, Malformed when it exceeds a limit that no photo reaches;
 * any other exception also means that the file is damaged
 */
export type HeaderReader = (source: ByteSource) => Result<ImageHeader, PhotoFault>
