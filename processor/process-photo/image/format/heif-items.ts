import { type ByteSource, readExactly, type Span } from "../byte-source.ts"
import { Malformed } from "../photo-faults.ts"
import { type Box, boxesIn } from "./heif-boxes.ts"

// The decoder's own limits, so nothing is rejected here that can be decoded: libheif 1.23, libheif/security_limits.cc.
// A 48-megapixel picture of a phone has about 250 items with one extent each.
export const maxItems = 1000
const maxExtentsPerItem = 32
// An entry is at most 16 bytes and its extents.
const maxLocationBytes = maxItems * (16 + maxExtentsPerItem * 24)

/** The body of a box that is read as a whole. */
const bodyOf = (source: ByteSource, box: Box, maxBytes: number): Buffer => {
  if (box.length > maxBytes) throw new Malformed(`A box "${box.type}" is too large.`)
  return readExactly(source, box.start, box.length)
}

// A `mime` item has its name and media type after the fields that are read.
const maxEntryBytes = 256

/**
 * The type of each item (`iinf`, ISO/IEC 14496-12 §8.11.6), such as `hvc1`, `grid` or `Exif`. A `mime` item has its
 * media type instead.
 */
export const readItemTypes = (source: ByteSource, box: Box): Map<number, string> => {
  const types = new Map<number, string>()
  const version = readExactly(source, box.start, 1).readUInt8(0)
  const entries = boxesIn(source, box.start + (version === 0 ? 6 : 8), box.start + box.length, maxItems)
  for (const entry of entries) {
    const body = source.peek(entry.start, Math.min(entry.length, maxEntryBytes))
    const entryVersion = body[0] ?? 0
    if (entry.type !== "infe" || body.length < 12 || entryVersion < 2) continue
    if (entryVersion === 2) types.set(body.readUInt16BE(4), typeIn(body.subarray(8)))
    else if (body.length >= 14) types.set(body.readUInt32BE(4), typeIn(body.subarray(10)))
  }
  return types
}

const typeIn = (entry: Buffer): string => {
  const type = entry.toString("latin1", 0, 4)
  return type === "mime" ? (entry.toString("latin1", 4).split("\0")[1] ?? type) : type
}

export type ItemReference = { type: string; from: number; to: number[] }

/** The references between items (`iref`, ISO/IEC 14496-12 §8.11.12), read lazily. */
export function* referencesIn(source: ByteSource, box: Box): Generator<ItemReference> {
  const size = readExactly(source, box.start, 1).readUInt8(0) === 0 ? 2 : 4
  for (const reference of boxesIn(source, box.start + 4, box.start + box.length, maxItems)) {
    const body = bodyOf(source, reference, size + 2 + maxItems * size)
    const count = body.readUInt16BE(size)
    yield {
      type: reference.type,
      from: body.readUIntBE(0, size),
      to: Array.from({ length: count }, (_, index) => body.readUIntBE(size + 2 + index * size, size)),
    }
  }
}

/**
 * The byte ranges of the `wanted` items in the file (`iloc`, ISO/IEC 14496-12 §8.11.3). Items that are derived
 * from other items have no location.
 * @throws Malformed when a field, an item or its extents exceed the limits
 */
export const readItemLocations = (
  source: ByteSource,
  box: Box,
  idatStart: number,
  wanted: ReadonlySet<number>,
): Map<number, readonly Span[]> => {
  const locations = new Map<number, readonly Span[]>()
  const body = bodyOf(source, box, maxLocationBytes)
  const version = body.readUInt8(0)
  const sizes = body.readUInt16BE(4)
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexBytes = version === 0 ? 0 : sizes & 15
  if ([offsetBytes, lengthBytes, baseBytes, indexBytes].some((size) => ![0, 4, 8].includes(size)))
    throw new Malformed("The item locations of the file have an invalid field size.")
  const idBytes = version < 2 ? 2 : 4
  let at = 6
  const next = (size: number): number => {
    if (size === 0) return 0
    const value = size === 8 ? Number(body.readBigUInt64BE(at)) : body.readUIntBE(at, size)
    at += size
    return value
  }

  const itemCount = next(idBytes)
  if (itemCount > maxItems) throw new Malformed(`The file has more than ${maxItems} parts.`)
  for (let item = 0; item < itemCount; item += 1) {
    const id = next(idBytes)
    const method = version === 0 ? 0 : next(2) & 15
    next(2)
    const base = next(baseBytes) + (method === 1 ? idatStart : 0)
    const extentCount = next(2)
    if (extentCount > maxExtentsPerItem)
      throw new Malformed(`A part of the file has more than ${maxExtentsPerItem} extents.`)
    const spans = Array.from({ length: extentCount }, () => {
      next(indexBytes)
      const start = base + next(offsetBytes)
      return { start, length: next(lengthBytes) }
    })
    if (wanted.has(id) && method <= 1) locations.set(id, spans)
  }
  return locations
}
