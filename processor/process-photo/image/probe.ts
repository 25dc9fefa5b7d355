import type { PhotoFault } from "../../../domain/failure-reason.ts"
import { isSamePhotoType, type PhotoType } from "../../../domain/photo-type.ts"
import { ok, type Result } from "../../../domain/result.ts"
import { type ByteSource, EndsEarly } from "./byte-source.ts"
import { detectPolyglot } from "./detect-polyglot.ts"
import { readGifHeader } from "./format/gif.ts"
import { readHeifHeader } from "./format/heif.ts"
import type { HeaderReader, ImageHeader } from "./format/image-header.ts"
import { readJpegHeader } from "./format/jpeg.ts"
import { readPngHeader } from "./format/png.ts"
import { sniff, sniffBytes } from "./format/sniff.ts"
import { readTiffHeader } from "./format/tiff.ts"
import { readWebpHeader } from "./format/webp.ts"
import { corrupt, endsEarly, mismatched, tooManyPixels, unsupported } from "./photo-faults.ts"

export type ProbeLimits = { maxPixels: number; maxDecodedBytes: number }

/**
 * Finds out what a file is and whether it may be decoded, from its structure alone: no pixel is touched, so a bomb
 * is refused at the price of its headers.
 */
export const probe = (
  source: ByteSource,
  declaredType: PhotoType,
  limits: ProbeLimits,
): Result<ImageHeader, PhotoFault> => {
  if (source.size === 0) return corrupt("The file is empty.")
  const sniffed = sniff(source.peek(0, sniffBytes))
  if (!sniffed.isPhoto) return unsupported(strangerDetail(sniffed.looksLike))
  const outlined = readImageHeader(source, headerReaders[sniffed.type])
  if (!outlined.ok) return outlined

  const header = outlined.value
  const secondNature = detectPolyglot(source, header)
  if (secondNature)
    return unsupported(`The file is a photo and ${secondNature} at once; such files are refused.`)
  if (!isSamePhotoType(header.type, declaredType))
    return mismatched(
      `The file was announced as ${declaredType} but is ${header.type}. Upload it as what it is.`,
    )
  return withinLimits(header, limits)
}

const headerReaders: Record<PhotoType, HeaderReader> = {
  "image/jpeg": readJpegHeader,
  "image/png": readPngHeader,
  "image/webp": readWebpHeader,
  "image/gif": readGifHeader,
  "image/tiff": readTiffHeader,
  "image/avif": readHeifHeader,
  "image/heic": readHeifHeader,
  "image/heif": readHeifHeader,
}

const readImageHeader = (source: ByteSource, outliner: HeaderReader): Result<ImageHeader, PhotoFault> => {
  try {
    return outliner(source)
  } catch (error) {
    if (error instanceof EndsEarly) return endsEarly
    throw error
  }
}

const strangerDetail = (looksLike: string | null): string =>
  looksLike ? `This is ${looksLike}, not a photo.` : "This is not a photo in any format that is taken here."

const withinLimits = (
  header: ImageHeader,
  { maxPixels, maxDecodedBytes }: ProbeLimits,
): Result<ImageHeader, PhotoFault> => {
  const { width, height, decodeBytes } = header
  if (width * height > maxPixels)
    return tooManyPixels(
      `The photo has ${width} × ${height} pixels; at most ${Math.floor(maxPixels / 1e6)} megapixel are taken.`,
    )
  if (decodeBytes > maxDecodedBytes)
    return tooManyPixels(
      `The photo has ${width} × ${height} pixels in a form that must be held in memory whole, which is too much.`,
    )
  return ok(header)
}
