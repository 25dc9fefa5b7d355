import { ok } from "../../../../domain/result.ts"
import { noAnnotations } from "../annotations/raw-annotations.ts"
import { type ByteSource, readExactly, type Span } from "../byte-source.ts"
import { corrupt, endsEarly, Malformed } from "../photo-faults.ts"
import { baseDecodeBytes } from "./decode-bytes.ts"
import type { HeaderReader } from "./image-header.ts"

/** Walks the blocks of a GIF (GIF89a §17 ff.) to its trailer. */
export const readGifHeader: HeaderReader = (source) => {
  const screen = readExactly(source, 6, 7)
  const { frame, isCut, comments, endsAt } = walkBlocks(source, 13 + paletteBytes(screen.readUInt8(4)))
  if (isCut) return endsEarly
  // Browsers and the decoder enlarge a screen that is smaller than its frames.
  const width = Math.max(screen.readUInt16LE(0), frame?.right ?? 0)
  const height = Math.max(screen.readUInt16LE(2), frame?.bottom ?? 0)
  if (!frame || width === 0 || height === 0) return corrupt("The GIF contains no picture.")

  return ok({
    type: "image/gif",
    width,
    height,
    isTurnedByExif: false,
    exif: null,
    annotations: noAnnotations,
    // The canvas and its previous frame; the decoder maps the whole file.
    decodeBytes: baseDecodeBytes + width * height * 8 + source.size,
    endsAt,
    comments,
    hevc: null,
  })
}

type Frame = { right: number; bottom: number }
const block = { extension: 0x21, image: 0x2c, trailer: 0x3b } as const
const commentLabel = 0xfe

// An animation has up to three blocks per frame; the longest have a few thousand frames.
const maxBlocks = 100_000
// Maximum number of comments searched for markup: a GIF has at most one.
const maxScannedComments = 100

const walkBlocks = (source: ByteSource, start: number) => {
  const comments: Span[] = []
  let frame: Frame | null = null
  let position = start
  for (let count = 0; count < maxBlocks; count += 1) {
    const kind = source.byteAt(position)
    if (kind === block.extension) {
      const end = endOfSubBlocks(source, position + 2)
      if (source.byteAt(position + 1) === commentLabel && comments.length < maxScannedComments)
        comments.push({ start: position + 2, length: (end ?? source.size) - position - 2 })
      if (end === null) return { frame, isCut: false, comments, endsAt: null }
      position = end
    } else if (kind === block.image) {
      const head = source.peek(position + 1, 9)
      const end =
        head.length < 9 ? null : endOfSubBlocks(source, position + 11 + paletteBytes(head.readUInt8(8)))
      // Only the first frame is shown, so missing data of other frames does not matter.
      if (end === null) return { frame, isCut: frame === null, comments, endsAt: null }
      frame ??= {
        right: head.readUInt16LE(0) + head.readUInt16LE(4),
        bottom: head.readUInt16LE(2) + head.readUInt16LE(6),
      }
      position = end
    } else return { frame, isCut: false, comments, endsAt: kind === block.trailer ? position + 1 : null }
  }
  throw new Malformed(`The GIF has more than ${maxBlocks} blocks.`)
}

const paletteBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1))

const endOfSubBlocks = (source: ByteSource, start: number): number | null => {
  for (let position = start; ; ) {
    const length = source.byteAt(position)
    if (length === undefined) return null
    position += 1 + length
    if (length === 0) return position
  }
}
