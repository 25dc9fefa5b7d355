import type { PhotoExif } from "../../../../domain/image.ts"
import type { ByteSource } from "../byte-source.ts"
import { type CaptureTime, captureTimeOf } from "./capture-time.ts"
import { cleanText } from "./clean-text.ts"
import { positionOf } from "./position.ts"
import { openTiff, readDirectory, type TiffDirectory } from "./tiff-directory.ts"

/** Reads the EXIF fields of a TIFF block. Never throws: a broken field is null, the others are kept. */
export const photoExifOf = (block: ByteSource | null): PhotoExif => {
  const tiff = block && openTiff(block)
  if (!tiff) return emptyExif
  const main = readDirectory(tiff, tiff.firstDirectory)
  const exif = readDirectory(tiff, first(main, tag.exifDirectory) ?? 0)
  const gps = readDirectory(tiff, first(main, tag.gpsDirectory) ?? 0)
  const text = (directory: TiffDirectory, id: number) => cleanText(directory.bytes(id))
  const { dateTimeOriginal, offsetTimeOriginal } = captureTime(exif)

  return {
    make: text(main, tag.make),
    model: text(main, tag.model),
    lensMake: text(exif, tag.lensMake),
    lens: text(exif, tag.lensModel),
    software: text(main, tag.software),
    artist: text(main, tag.artist),
    copyright: text(main, tag.copyright),
    description: text(main, tag.description),
    dateTimeOriginal,
    offsetTimeOriginal,
    ...positionOf(gps),
    orientation: within(first(main, tag.orientation), 1, 8),
    exposureTime: positive(first(exif, tag.exposureTime)),
    fNumber: positive(first(exif, tag.fNumber)),
    iso: isoOf(exif),
    focalLength: positive(first(exif, tag.focalLength)),
    focalLength35mm: positive(first(exif, tag.focalLength35mm)),
    exposureBias: first(exif, tag.exposureBias),
    flash: flashOf(exif),
    meteringMode: first(exif, tag.meteringMode),
    whiteBalance: first(exif, tag.whiteBalance),
    colorSpace: first(exif, tag.colorSpace),
  }
}

// Names and numbers: EXIF 2.32 §4.6.4 (main), §4.6.5 (exif).
const tag = {
  description: 0x010e,
  make: 0x010f,
  model: 0x0110,
  orientation: 0x0112,
  software: 0x0131,
  artist: 0x013b,
  copyright: 0x8298,
  exifDirectory: 0x8769,
  gpsDirectory: 0x8825,
  exposureTime: 0x829a,
  fNumber: 0x829d,
  photographicSensitivity: 0x8827,
  standardOutputSensitivity: 0x8831,
  recommendedExposureIndex: 0x8832,
  isoSpeed: 0x8833,
  dateTimeOriginal: 0x9003,
  dateTimeDigitized: 0x9004,
  offsetTimeOriginal: 0x9011,
  offsetTimeDigitized: 0x9012,
  exposureBias: 0x9204,
  meteringMode: 0x9207,
  flash: 0x9209,
  focalLength: 0x920a,
  colorSpace: 0xa001,
  whiteBalance: 0xa403,
  focalLength35mm: 0xa405,
  lensMake: 0xa433,
  lensModel: 0xa434,
} as const

/** Each time has a separate offset. The offset of another time causes errors of hours (immich#15639). */
const captureTime = (exif: TiffDirectory): CaptureTime => {
  const original = captureTimeOf(exif.bytes(tag.dateTimeOriginal), exif.bytes(tag.offsetTimeOriginal))
  if (original.dateTimeOriginal !== null) return original
  return captureTimeOf(exif.bytes(tag.dateTimeDigitized), exif.bytes(tag.offsetTimeDigitized))
}

// PhotographicSensitivity has 16 bits; 65535 means "see the other tags" (EXIF 2.32 §4.6.5, tag 34855).
const isoOf = (exif: TiffDirectory): number | null => {
  const iso = positive(first(exif, tag.photographicSensitivity))
  if (iso !== null && iso < 65_535) return iso
  return (
    positive(first(exif, tag.isoSpeed)) ??
    positive(first(exif, tag.recommendedExposureIndex)) ??
    positive(first(exif, tag.standardOutputSensitivity))
  )
}

const flashOf = (exif: TiffDirectory): boolean | null => {
  const flash = first(exif, tag.flash)
  return flash === null ? null : (flash & 1) === 1
}

const first = (directory: TiffDirectory, id: number): number | null => {
  const value = directory.numbers(id, 1)[0]
  return value !== undefined && Number.isFinite(value) ? value : null
}

const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null)

const within = (value: number | null, min: number, max: number): number | null =>
  value !== null && Number.isInteger(value) && value >= min && value <= max ? value : null

const emptyExif: PhotoExif = {
  make: null,
  model: null,
  lensMake: null,
  lens: null,
  software: null,
  artist: null,
  copyright: null,
  description: null,
  dateTimeOriginal: null,
  offsetTimeOriginal: null,
  latitude: null,
  longitude: null,
  altitude: null,
  orientation: null,
  exposureTime: null,
  fNumber: null,
  iso: null,
  focalLength: null,
  focalLength35mm: null,
  exposureBias: null,
  flash: null,
  meteringMode: null,
  whiteBalance: null,
  colorSpace: null,
}
