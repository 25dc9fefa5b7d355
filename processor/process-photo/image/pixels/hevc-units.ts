import { type ByteSource, bytesIn, partOf, type Span } from "../byte-source.ts"
import type { HevcItems } from "../format/image-header.ts"

/**
 * Checks that each coded item is a sequence of NAL units, and that no unit contains bytes that an encoder never writes.
 * The decoder conceals damage inside a tile without an error; a lost block of a file is usually a run of zeros.
 * @throws Error when an item is damaged
 */
export const checkNalUnits = (file: Buffer, { items, lengthBytes }: HevcItems): void => {
  const source = bytesIn(file)
  for (const extents of items) checkItem(itemOf(source, extents), lengthBytes)
}

const itemOf = (source: ByteSource, extents: readonly Span[]): Buffer => {
  const parts = extents.map(({ start, length }) => partOf(source, start, length))
  const buffers = parts.map((part) => part.peek(0, part.size))
  return buffers.length === 1 && buffers[0] ? buffers[0] : Buffer.concat(buffers)
}

const checkItem = (item: Buffer, lengthBytes: number): void => {
  if (item.length === 0) throw new Error("a tile is empty")
  for (let at = 0; at < item.length; ) {
    if (at + lengthBytes > item.length) throw new Error("a tile ends inside a length")
    const length = item.readUIntBE(at, lengthBytes)
    const end = at + lengthBytes + length
    if (length < 2 || end > item.length) throw new Error("a tile ends inside a unit")
    if (hasForbiddenZeros(item.subarray(at + lengthBytes, end))) throw new Error("a tile has a run of zeros")
    at = end
  }
}

// Some writers leave the zeros that separate units of a byte stream (ITU-T H.265 Annex B) at the end of a unit.
const maxTrailingZeros = 8

/** Three zeros never occur in a unit: an encoder writes 00 00 03 for two of them (ITU-T H.265 §7.4.2). */
const hasForbiddenZeros = (unit: Buffer): boolean => {
  const at = unit.indexOf("\0\0\0", 0, "latin1")
  if (at < 0) return false
  const rest = unit.subarray(at)
  return rest.length > maxTrailingZeros || rest.some((byte) => byte !== 0)
}
