import type { PhotoType } from "../../../../domain/photo-type.ts"
import { ok } from "../../../../domain/result.ts"
import { packetIn } from "../annotations/raw-annotations.ts"
import { type ByteSource, bytesIn, partOf, type Span } from "../byte-source.ts"
import { corrupt, endsEarly, Malformed, unsupported } from "../photo-faults.ts"
import { baseDecodeBytes } from "./decode-bytes.ts"
import { endOfBoxes } from "./heif-boxes.ts"
import { type HeifItem, readHeifMeta } from "./heif-meta.ts"
import type { HeaderReader, HevcItems } from "./image-header.ts"

/** Reads the item that a HEIC or AVIF shows (ISO/IEC 23008-12): its codec, its size, its EXIF. */
export const readHeifHeader: HeaderReader = (source) => {
  const meta = readHeifMeta(source)
  if (!meta) return unsupported("This is an image sequence or video without a still picture.")
  const { primary, tiles } = meta
  const coded = tiles[0] ?? primary
  const type = typesOfCodecs[coded.type]
  if (!type) return unsupported(`The HEIF codec "${coded.type}" is not supported.`)
  const [width, height] = primary.crop ?? [primary.width, primary.height]
  // A crop with an invalid fraction is NaN.
  if (!(width >= 1 && height >= 1)) return corrupt("The picture has no dimensions.")
  if ([primary, ...tiles].some((item) => isCut(item, source))) return endsEarly

  const isOnItsSide = primary.quarterTurns % 2 === 1
  return ok({
    type,
    width: isOnItsSide ? height : width,
    height: isOnItsSide ? width : height,
    isTurnedByExif: false,
    exif: exifIn(meta.exif, source),
    annotations: packetIn(source, meta.xmp),
    decodeBytes: type === "image/avif" ? avifBytes(primary) : heicBytes(primary, coded, source),
    endsAt: endOfBoxes(source),
    comments: [],
    hevc: type === "image/heic" ? hevcItemsOf(primary, tiles, source) : null,
  })
}

const typesOfCodecs: Record<string, PhotoType> = {
  hvc1: "image/heic",
  hev1: "image/heic",
  av01: "image/avif",
}

const isCut = (item: HeifItem, source: ByteSource): boolean =>
  item.extents.some(({ start, length }) => start + length > source.size)

/** libvips holds several copies of the whole canvas: 16 to 18 bytes per pixel were measured at 12 and 24 megapixels. */
const avifBytes = ({ width, height }: HeifItem): number => baseDecodeBytes + width * height * 18

// The initial memory of libheif's WebAssembly, and the extra growth of its heap (Emscripten: 20 %).
const heapBytes = 17 * 1024 * 1024
const heapGrowth = 1.2

/**
 * libheif holds the file and the canvas of all tiles, and a second canvas during rotation. Measured at
 * 50 megapixels: 1.9 bytes per pixel without and 3.2 with rotation, for 8 bits and 4:2:0. Pictures with more bits are
 * converted to 8 bits in a further copy.
 */
const heicBytes = ({ width, height, ...primary }: HeifItem, coded: HeifItem, source: ByteSource): number => {
  const { samplesPerPixel, sampleBytes } = coded.hevc ?? { samplesPerPixel: 3, sampleBytes: 2 }
  // Only 4:4:4 may be coded as RGB, which is copied whole.
  const rgbBytes = samplesPerPixel === 3 ? 6 : 0
  const canvasBytes = width * height * (samplesPerPixel * (sampleBytes === 1 ? 1 : 3) + rgbBytes)
  const canvases = primary.quarterTurns > 0 || primary.crop ? 2 : 1
  const tileBytes = coded.width * coded.height * 10
  return baseDecodeBytes + heapBytes + (canvasBytes * canvases + tileBytes + 2 * source.size) * heapGrowth
}

const hevcItemsOf = (primary: HeifItem, tiles: readonly HeifItem[], source: ByteSource): HevcItems => {
  const coded = tiles.length > 0 ? tiles : [primary]
  const items = coded.map(({ extents }) => extents)
  const codedBytes = items.flat().reduce((sum, { length }) => sum + length, 0)
  if (codedBytes > source.size) throw new Malformed("Parts of the picture overlap in the file.")
  return { items, lengthBytes: coded[0]?.hevc?.lengthBytes ?? 4 }
}

// EXIF is one extent in practice; in several it is copied.
const maxExifExtentBytes = 64 * 1024

/** The payload begins with the offset of the TIFF block in what follows (ISO/IEC 23008-12 Annex A.2.1). */
const exifIn = (extents: readonly Span[], source: ByteSource): ByteSource | null => {
  const [extent] = extents
  if (!extent) return null
  const payload =
    extents.length === 1
      ? partOf(source, extent.start, extent.length)
      : bytesIn(
          Buffer.concat(
            extents.map(({ start, length }) => source.peek(start, Math.min(length, maxExifExtentBytes))),
          ),
        )
  const head = payload.peek(0, 4)
  if (head.length < 4) return null
  const offset = 4 + head.readUInt32BE(0)
  return partOf(payload, offset, payload.size - offset)
}
