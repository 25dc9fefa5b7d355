import type { PhotoType } from "../../../../domain/photo-type.ts"
import { ok } from "../../../../domain/result.ts"
import { type ByteSource, bytesIn, partOf } from "../byte-source.ts"
import { corrupt, endsEarly, unsupported } from "../photo-faults.ts"
import { baseDecodeBytes } from "./decode-bytes.ts"
import { type HeifItem, type HeifMeta, readHeifMeta } from "./heif-meta.ts"
import type { HeaderReader } from "./image-header.ts"

/** Reads the item that a HEIC or AVIF shows (ISO/IEC 23008-12): its codec, its size, its EXIF. */
export const readHeifHeader: HeaderReader = (source) => {
  const meta = readHeifMeta(source)
  const primary = meta?.items.get(meta.primaryId)
  if (!meta || !primary) return unsupported("This is an image sequence or video without a still picture.")
  const tiles = primary.derivedFrom.flatMap((id) => meta.items.get(id) ?? [])
  const coded = tiles[0] ?? primary
  const type = typesOfCodecs[coded.type]
  if (!type) return unsupported(`This HEIF picture is coded as "${coded.type}", which few programs can show.`)
  if (!primary.width || !primary.height) return corrupt("The picture does not say how large it is.")
  if ([primary, ...tiles].some((item) => isCut(item, source))) return endsEarly

  const [width, height] = primary.crop ?? [primary.width, primary.height]
  const isOnItsSide = primary.quarterTurns % 2 === 1
  return ok({
    type,
    width: isOnItsSide ? height : width,
    height: isOnItsSide ? width : height,
    isTurnedByExif: false,
    exif: exifOf(meta, source),
    decodeBytes: decodeBytes(type, primary, coded, source.size),
    // Boxes may stand in any order, and what follows the last is a box of someone else's.
    endsAt: source.size,
    comments: [],
  })
}

const typesOfCodecs: Record<string, PhotoType> = {
  hvc1: "image/heic",
  hev1: "image/heic",
  av01: "image/avif",
}

const isCut = (item: HeifItem, source: ByteSource): boolean =>
  item.extents.some(({ start, length }) => start + length > source.size)

/** HEIC is decoded tile by tile in WebAssembly, with the file beside it; AVIF as a whole. */
const decodeBytes = (type: PhotoType, primary: HeifItem, coded: HeifItem, fileBytes: number): number => {
  if (type === "image/avif") return baseDecodeBytes + primary.width * primary.height * 10
  return baseDecodeBytes + 2 * fileBytes + coded.width * coded.height * 10
}

/** The payload begins with the offset of the TIFF block in what follows (ISO/IEC 23008-12 Annex A.2.1). */
const exifOf = (meta: HeifMeta, source: ByteSource): ByteSource | null => {
  const item = [...meta.items.values()].find(
    ({ type, describes }) => type === "Exif" && describes.includes(meta.primaryId),
  )
  const extents = item?.extents ?? []
  const [extent] = extents
  if (!extent) return null
  const payload =
    extents.length === 1
      ? partOf(source, extent.start, extent.length)
      : bytesIn(
          Buffer.concat(
            extents.slice(0, 64).map(({ start, length }) => source.peek(start, Math.min(length, 65_536))),
          ),
        )
  const head = payload.peek(0, 4)
  if (head.length < 4) return null
  const offset = 4 + head.readUInt32BE(0)
  return partOf(payload, offset, payload.size - offset)
}
