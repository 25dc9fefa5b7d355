import type { ByteSource } from "../byte-source.ts"

/** The header of a TIFF block: a TIFF file, or the EXIF of any other format. */
export type Tiff = { source: ByteSource; isLittleEndian: boolean; isBig: boolean; firstDirectory: number }

/** One image file directory (TIFF 6.0 §2). A tag that is absent or broken is empty; the others are kept. */
export type TiffDirectory = {
  has: (tag: number) => boolean
  /** Numbers of a tag, rationals divided (0/0 is NaN): at most `max` of them. */
  numbers: (tag: number, max?: number) => number[]
  /** Raw bytes of a tag of any type, at most `max`. */
  bytes: (tag: number, max?: number) => Buffer
}

export const openTiff = (source: ByteSource): Tiff | null => {
  const header = source.peek(0, 16)
  if (header.length < 8) return null
  const order = header.toString("latin1", 0, 2)
  if (order !== "II" && order !== "MM") return null
  const isLittleEndian = order === "II"
  const version = isLittleEndian ? header.readUInt16LE(2) : header.readUInt16BE(2)
  if (version === 42) {
    const firstDirectory = isLittleEndian ? header.readUInt32LE(4) : header.readUInt32BE(4)
    return { source, isLittleEndian, isBig: false, firstDirectory }
  }
  if (version !== 43 || header.length < 16) return null
  const firstDirectory = Number(isLittleEndian ? header.readBigUInt64LE(8) : header.readBigUInt64BE(8))
  return { source, isLittleEndian, isBig: true, firstDirectory }
}

// Why not exifr: one tag with a wrong type or offset makes it lose the whole directory, and a count of 2^32 exhausts
// its memory. This parser reads each tag independently and follows no pointers to other directories, so it cannot loop.
const maxEntries = 2000
const maxValueBytes = 64 * 1024

type Entry = { type: number; count: number; position: number }

/** Reads the directory at `offset`; one beyond the end is empty. */
export const readDirectory = (tiff: Tiff, offset: number): TiffDirectory => {
  const entries = entriesAt(tiff, offset)
  const view = numberReader(tiff.isLittleEndian)
  const bytesOf = (tag: number, max: number): Buffer => {
    const entry = entries.get(tag)
    if (!entry) return Buffer.alloc(0)
    return tiff.source.peek(entry.position, Math.min(entry.count * sizeOf(entry.type), max))
  }
  return {
    has: (tag) => entries.has(tag),
    bytes: (tag, max = maxValueBytes) => bytesOf(tag, max),
    numbers: (tag, max = 16) => {
      const entry = entries.get(tag)
      if (!entry) return []
      const size = sizeOf(entry.type)
      const bytes = bytesOf(tag, max * size)
      return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) =>
        view(entry.type, bytes, index * size),
      )
    },
  }
}

const entriesAt = (tiff: Tiff, offset: number): Map<number, Entry> => {
  const { source, isLittleEndian, isBig } = tiff
  const entries = new Map<number, Entry>()
  if (!Number.isSafeInteger(offset) || offset < 8) return entries
  const [headBytes, entryBytes, inlineBytes] = isBig ? [8, 20, 8] : [2, 12, 4]
  const unsigned = (bytes: Buffer, at: number, size: number): number => {
    if (size === 8) return Number(isLittleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at))
    return isLittleEndian ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size)
  }
  const head = source.peek(offset, headBytes)
  if (head.length < headBytes) return entries
  const count = Math.min(unsigned(head, 0, headBytes), maxEntries)
  const table = source.peek(offset + headBytes, count * entryBytes)
  for (let at = 0; at + entryBytes <= table.length; at += entryBytes) {
    const tag = unsigned(table, at, 2)
    const type = unsigned(table, at + 2, 2)
    const valueCount = unsigned(table, at + 4, inlineBytes)
    const inline = offset + headBytes + at + 4 + inlineBytes
    const isInline = valueCount * sizeOf(type) <= inlineBytes
    const position = isInline ? inline : unsigned(table, at + 4 + inlineBytes, inlineBytes)
    if (!entries.has(tag)) entries.set(tag, { type, count: valueCount, position })
  }
  return entries
}

// TIFF 6.0 §2 and, from 16 on, BigTIFF; 129 is the UTF-8 of EXIF 3.0.
const sizes: Record<number, number> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
  129: 1,
}
const sizeOf = (type: number): number => sizes[type] ?? 1

const numberReader =
  (isLittleEndian: boolean) =>
  (type: number, bytes: Buffer, at: number): number => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const le = isLittleEndian
    switch (type) {
      case 3:
        return view.getUint16(at, le)
      case 4:
      case 13:
        return view.getUint32(at, le)
      case 5:
        return view.getUint32(at, le) / view.getUint32(at + 4, le)
      case 6:
        return view.getInt8(at)
      case 8:
        return view.getInt16(at, le)
      case 9:
        return view.getInt32(at, le)
      case 10:
        return view.getInt32(at, le) / view.getInt32(at + 4, le)
      case 11:
        return view.getFloat32(at, le)
      case 12:
        return view.getFloat64(at, le)
      case 16:
      case 18:
        return Number(view.getBigUint64(at, le))
      case 17:
        return Number(view.getBigInt64(at, le))
      default:
        return view.getUint8(at)
    }
  }
