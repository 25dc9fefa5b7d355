import { ok } from "../../../../domain/result.ts"
import { packetIn } from "../annotations/raw-annotations.ts"
import { type ByteSource, partOf, readExactly, type Span } from "../byte-source.ts"
import { corrupt, endsEarly, Malformed } from "../photo-faults.ts"
import { baseDecodeBytes } from "./decode-bytes.ts"
import type { HeaderReader } from "./image-header.ts"

type Size = { width: number; height: number }

/** Walks the chunks of a WebP (RFC 9649). */
export const readWebpHeader: HeaderReader = (source) => {
  const declaredEnd = 8 + readExactly(source, 0, 12).readUInt32LE(4)
  if (declaredEnd > source.size) return endsEarly
  const { size, exif, xmp, isLossless } = walkChunks(source, declaredEnd)
  if (!size || size.width === 0 || size.height === 0) return corrupt("The WebP contains no picture.")

  return ok({
    type: "image/webp",
    ...size,
    isTurnedByExif: true,
    exif,
    annotations: packetIn(source, xmp ? [xmp] : []),
    decodeBytes: baseDecodeBytes + source.size + size.width * size.height * (isLossless ? 8 : 4),
    endsAt: declaredEnd,
    comments: [],
    hevc: null,
  })
}

// Each frame of an animation is a chunk; the longest have a few thousand.
const maxChunks = 10_000

const walkChunks = (source: ByteSource, end: number) => {
  let canvas: Size | null = null
  let picture: Size | null = null
  let exif: ByteSource | null = null
  let xmp: Span | null = null
  let isLossless = false
  let position = 12
  for (let count = 0; position + 8 <= end; count += 1) {
    if (count === maxChunks) throw new Malformed(`The WebP has more than ${maxChunks} chunks.`)
    const head = readExactly(source, position, 8)
    const type = head.toString("latin1", 0, 4)
    const length = head.readUInt32LE(4)
    const data = position + 8
    if (type === "VP8X") canvas ??= canvasIn(readExactly(source, data, 10))
    if (type === "VP8 ") picture ??= lossySize(readExactly(source, data, 10))
    if (type === "VP8L") {
      picture ??= losslessSize(readExactly(source, data, 5))
      isLossless = true
    }
    // Frames of an animation may use either; the decoder keeps their whole canvas.
    if (type === "ANIM") isLossless = true
    if (type === "EXIF") exif ??= exifIn(source, data, length)
    if (type === "XMP ") xmp ??= { start: data, length }
    position = data + length + (length % 2)
  }
  return { size: canvas ?? picture, exif, xmp, isLossless }
}

const canvasIn = (bytes: Buffer): Size => ({
  width: bytes.readUIntLE(4, 3) + 1,
  height: bytes.readUIntLE(7, 3) + 1,
})

/** The frame header of VP8 (RFC 6386 §9.1): the two top bits of each are a scaling hint. */
const lossySize = (bytes: Buffer): Size => ({
  width: bytes.readUInt16LE(6) & 0x3fff,
  height: bytes.readUInt16LE(8) & 0x3fff,
})

const losslessSize = (bytes: Buffer): Size => {
  const bits = bytes.readUInt32LE(1)
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

/** The chunk holds a TIFF block; some writers keep the "Exif\0\0" prefix that a JPEG has. */
const exifIn = (source: ByteSource, start: number, length: number): ByteSource => {
  const prefix = source.peek(start, 6).toString("latin1") === "Exif\0\0" ? 6 : 0
  return partOf(source, start + prefix, length - prefix)
}
