import type { Span } from "./image-header.ts"

/**
 * Where the bytes of each item lie in the file (ISO/IEC 14496-12 §8.11.3).
 * Items that are built from others lie nowhere.
 * @throws RangeError when the box is shorter than it says
 */
export const locationsIn = (iloc: Buffer, idatStart: number): Map<number, readonly Span[]> => {
  const locations = new Map<number, readonly Span[]>()
  if (iloc.length < 8) return locations
  const version = iloc.readUInt8(0)
  const sizes = iloc.readUInt16BE(4)
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexBytes = version === 0 ? 0 : sizes & 15
  const idBytes = version < 2 ? 2 : 4
  let at = 6
  const next = (size: number): number => {
    if (size === 0) return 0
    const value = size === 8 ? Number(iloc.readBigUInt64BE(at)) : iloc.readUIntBE(at, size)
    at += size
    return value
  }

  for (let left = next(idBytes); left > 0; left -= 1) {
    const id = next(idBytes)
    const method = version === 0 ? 0 : next(2) & 15
    next(2)
    const base = next(baseBytes) + (method === 1 ? idatStart : 0)
    const spans: Span[] = []
    for (let extents = next(2); extents > 0; extents -= 1) {
      next(indexBytes)
      const start = base + next(offsetBytes)
      spans.push({ start, length: next(lengthBytes) })
    }
    locations.set(id, method > 1 ? [] : spans)
  }
  return locations
}
