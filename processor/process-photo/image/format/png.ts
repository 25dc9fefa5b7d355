import { ok } from "../../../../domain/result.ts"
import { noAnnotations } from "../annotations/raw-annotations.ts"
import { type ByteSource, partOf, readExactly, type Span } from "../byte-source.ts"
import { corrupt, Malformed, unsupported } from "../photo-faults.ts"
import { baseDecodeBytes, streamedRows } from "./decode-bytes.ts"
import type { HeaderReader } from "./image-header.ts"
import { exifInText, xmpInText } from "./png-text.ts"

/** Walks the chunks of a PNG (PNG 3rd edition §5) to IEND. */
export const readPngHeader: HeaderReader = (source) => {
  const first = readExactly(source, 8, 8 + 13)
  const firstType = first.toString("latin1", 4, 8)
  if (firstType === "CgBI") return unsupported("This is an iPhone app resource (CgBI PNG), not a photo.")
  if (firstType !== "IHDR") return corrupt("The PNG has no header.")
  const width = first.readUInt32BE(8)
  const height = first.readUInt32BE(12)
  if (width === 0 || height === 0) return corrupt("The PNG has no dimensions.")
  const isInterlaced = first.readUInt8(20) !== 0
  const { exif, xmp, comments, endsAt } = walkChunks(source)

  return ok({
    type: "image/png",
    width,
    height,
    isTurnedByExif: true,
    exif,
    annotations: xmp ? { ...noAnnotations, xmp: [xmp] } : noAnnotations,
    decodeBytes:
      baseDecodeBytes + rowBytes(width, first) * (isInterlaced ? height : Math.min(height, streamedRows)),
    endsAt,
    comments,
    hevc: null,
  })
}

// 100 MiB in data chunks of 1 KiB; libpng writes chunks of 8 KiB.
const maxChunks = 100_000
// A photo has about ten. libvips keeps every text in memory.
const maxTextChunks = 1000
// Maximum number of texts searched for markup.
const maxScannedComments = 100

const walkChunks = (source: ByteSource) => {
  const comments: Span[] = []
  let exif: ByteSource | null = null
  let legacyExif: ByteSource | null = null
  let xmp: Buffer | null = null
  let textChunks = 0
  let position = 8
  for (let count = 0; count < maxChunks; count += 1) {
    const head = source.peek(position, 8)
    if (head.length < 8) return { exif: exif ?? legacyExif, xmp, comments, endsAt: null }
    const length = head.readUInt32BE(0)
    const type = head.toString("latin1", 4, 8)
    const data = { start: position + 8, length }
    if (type === "eXIf") exif = partOf(source, data.start, length)
    if (type === "tEXt" || type === "zTXt" || type === "iTXt") {
      textChunks += 1
      if (textChunks > maxTextChunks) throw new Malformed(`The PNG has more than ${maxTextChunks} texts.`)
      if (type !== "zTXt" && comments.length < maxScannedComments) comments.push(data)
      xmp ??= xmpInText(type, partOf(source, data.start, length))
      legacyExif ??= exifInText(type, partOf(source, data.start, length))
    }
    position += 12 + length
    if (type === "IEND") return { exif: exif ?? legacyExif, xmp, comments, endsAt: position }
  }
  throw new Malformed(`The PNG has more than ${maxChunks} chunks.`)
}

/** Samples per pixel of each colour type (PNG §11.2.1). A palette is expanded to RGBA. */
const samples: Record<number, number> = { 0: 1, 2: 3, 3: 4, 4: 2, 6: 4 }
const rowBytes = (width: number, header: Buffer): number =>
  width * (samples[header.readUInt8(17)] ?? 4) * (header.readUInt8(16) === 16 ? 2 : 1)
