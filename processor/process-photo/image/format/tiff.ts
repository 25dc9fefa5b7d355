import { ok } from "../../../../domain/result.ts"
import { iptcInResources } from "../annotations/photoshop-resources.ts"
import { maxPacketBytes, type RawAnnotations } from "../annotations/raw-annotations.ts"
import { openTiff, readDirectory, type TiffDirectory } from "../exif/tiff-directory.ts"
import { corrupt, unsupported } from "../photo-faults.ts"
import { baseDecodeBytes, streamedRows } from "./decode-bytes.ts"
import type { HeaderReader } from "./image-header.ts"

/** Reads the first directory of a TIFF (TIFF 6.0, BigTIFF). Further pages are ignored. */
export const readTiffHeader: HeaderReader = (source) => {
  const tiff = openTiff(source)
  if (!tiff) return corrupt("The TIFF has no header.")
  const page = readDirectory(tiff, tiff.firstDirectory)
  if (source.peek(8, 2).toString("latin1") === "CR" || isRaw(page))
    return unsupported("This is a camera raw file. Upload the photo as JPEG, HEIC or PNG.")
  const width = first(page, tag.width)
  const height = first(page, tag.height)
  if (width === 0 || height === 0) return corrupt("The TIFF contains no picture.")

  return ok({
    type: "image/tiff",
    width,
    height,
    isTurnedByExif: true,
    exif: source,
    annotations: annotationsIn(page),
    decodeBytes: baseDecodeBytes + decodedBytes(page, width, height),
    // A TIFF consists of pointers: it has no end marker, and its data may be in any order.
    endsAt: source.size,
    comments: [],
    hevc: null,
  })
}

const tag = {
  subfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  tileWidth: 322,
  tileHeight: 323,
  xmp: 700,
  iptc: 33_723,
  photoshop: 34_377,
  dngVersion: 50_706,
} as const

// Colour filter array and linear raw (DNG 1.7), and the private compressions of Nikon, Sony and Pentax.
const rawPhotometrics = new Set([32_803, 34_892])
const rawCompressions = new Set([34_713, 32_767, 65_535])

/** Raw files are TIFFs whose first page is a small preview, or sensor data that other programs cannot show. */
const isRaw = (page: TiffDirectory): boolean =>
  page.has(tag.dngVersion) ||
  rawPhotometrics.has(first(page, tag.photometric)) ||
  rawCompressions.has(first(page, tag.compression)) ||
  (first(page, tag.subfileType) & 1) === 1

/** XMP part 3 §1.1.6; some programs write IPTC as a tag, others in Photoshop's resources. */
const annotationsIn = (page: TiffDirectory): RawAnnotations => {
  const bytesOf = (id: number): Buffer | null => {
    const bytes = page.bytes(id, maxPacketBytes + 1)
    return bytes.length > 0 && bytes.length <= maxPacketBytes ? Buffer.from(bytes) : null
  }
  const [xmp, iptc, photoshop] = [tag.xmp, tag.iptc, tag.photoshop].map(bytesOf)
  return { xmp: xmp ? [xmp] : [], iptc: iptc ?? (photoshop ? iptcInResources(photoshop) : null) }
}

/** The decoder holds a strip, or a row of tiles, and a copy of it. Tiles may be larger than the picture. */
const decodedBytes = (page: TiffDirectory, width: number, height: number): number => {
  const bits = Math.max(8, ...page.numbers(tag.bitsPerSample).filter(Number.isFinite))
  const pixelBytes = Math.max(3, first(page, tag.samplesPerPixel)) * Math.ceil(bits / 8)
  const tileHeight = first(page, tag.tileHeight)
  const rows = tileHeight || Math.min(height, first(page, tag.rowsPerStrip) || height)
  const across = tileHeight ? width + first(page, tag.tileWidth) : width
  return across * Math.max(rows, Math.min(height, streamedRows)) * pixelBytes * 2
}

const first = (page: TiffDirectory, id: number): number => page.numbers(id, 1)[0] ?? 0
