import type { PhotoFault } from "../../../domain/failure-reason.ts"
import type { PhotoAnomaly } from "../../../domain/image.ts"
import { isSamePhotoType, type PhotoType } from "../../../domain/photo-type.ts"
import { ok, type Result } from "../../../domain/result.ts"
import { type ByteSource, EndsEarly, ReadFailed } from "./byte-source.ts"
import { findAnomalies } from "./find-anomalies.ts"
import { readGifHeader } from "./format/gif.ts"
import { readHeifHeader } from "./format/heif.ts"
import type { HeaderReader, ImageHeader } from "./format/image-header.ts"
import { readJpegHeader } from "./format/jpeg.ts"
import { readPngHeader } from "./format/png.ts"
import { sniff, sniffBytes } from "./format/sniff.ts"
import { readTiffHeader } from "./format/tiff.ts"
import { readWebpHeader } from "./format/webp.ts"
import {
  corrupt,
  endsEarly,
  Malformed,
  malformed,
  mismatched,
  tooManyPixels,
  unsupported,
} from "./photo-faults.ts"

/** The header of a photo and the anomalies of its file. */
export type ProbedPhoto = { header: ImageHeader; anomalies: PhotoAnomaly[] }

export type ProbeLimits = { maxPixels: number; maxDecodedBytes: number }

/** Maximum memory of a probe, in bytes: its parsers are bounded for any file size. */
export const probeBytes = 16 * 1024 * 1024

/**
 * Determines the type of a file and whether it may be decoded, from its structure only. No pixel is decoded, so a
 * decompression bomb costs no more than its headers.
 * @throws ReadFailed when the file cannot be read; every other error is a fault of the photo
 */
export const probe = (
  source: ByteSource,
  declaredType: PhotoType,
  limits: ProbeLimits,
): Result<ProbedPhoto, PhotoFault> => {
  try {
    return probeStructure(source, declaredType, limits)
  } catch (error) {
    if (error instanceof ReadFailed) throw error
    if (error instanceof EndsEarly) return endsEarly
    return error instanceof Malformed ? corrupt(error.message) : malformed
  }
}

const probeStructure = (
  source: ByteSource,
  declaredType: PhotoType,
  limits: ProbeLimits,
): Result<ProbedPhoto, PhotoFault> => {
  if (source.size === 0) return corrupt("The file is empty.")
  const sniffed = sniff(source.peek(0, sniffBytes))
  if (!sniffed.isPhoto) return unsupported(otherFormatDetail(sniffed.looksLike))
  const read = headerReaders[sniffed.type](source)
  if (!read.ok) return read

  const header = read.value
  if (!isSamePhotoType(header.type, declaredType))
    return mismatched(
      `The file was declared as ${declaredType} but is ${header.type}. Declare its actual type.`,
    )
  const fault = limitFault(header, limits)
  return fault ?? ok({ header, anomalies: findAnomalies(source, header) })
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

const otherFormatDetail = (looksLike: string | null): string =>
  looksLike ? `This is ${looksLike}, not a photo.` : "This is not a photo in a supported format."

const limitFault = (
  header: ImageHeader,
  { maxPixels, maxDecodedBytes }: ProbeLimits,
): Result<never, PhotoFault> | null => {
  const { width, height, decodeBytes } = header
  if (width * height > maxPixels)
    return tooManyPixels(
      `The photo has ${width} × ${height} pixels; the limit is ${Math.floor(maxPixels / 1e6)} megapixel.`,
    )
  if (decodeBytes > maxDecodedBytes)
    return tooManyPixels(
      `The photo has ${width} × ${height} pixels and needs too much memory, because its format is decoded as a whole.`,
    )
  return null
}
