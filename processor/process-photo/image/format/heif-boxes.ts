import type { ByteSource } from "../byte-source.ts"
import { Malformed } from "../photo-faults.ts"

/** A box of the ISO base media file format (ISO/IEC 14496-12 §4.2): its type and the byte range of its body. */
export type Box = { type: string; start: number; length: number }

/**
 * Iterates lazily over the boxes between two positions. In a truncated file the last one may reach beyond `end`.
 * @throws Malformed when there are more than `maxBoxes`
 */
export function* boxesIn(source: ByteSource, start: number, end: number, maxBoxes: number): Generator<Box> {
  let position = start
  for (let count = 0; position + 8 <= end; count += 1) {
    const head = source.peek(position, 16)
    if (head.length < 8) return
    const declared = head.readUInt32BE(0)
    const headBytes = declared === 1 ? 16 : 8
    if (head.length < headBytes) return
    const size = declared === 0 ? end - position : declared === 1 ? Number(head.readBigUInt64BE(8)) : declared
    if (size < headBytes) return
    if (count === maxBoxes) throw new Malformed(`The file has more than ${maxBoxes} boxes at one level.`)
    yield { type: head.toString("latin1", 4, 8), start: position + headBytes, length: size - headBytes }
    position += size
  }
}

// A photo has a few top-level boxes; the video of a motion photo adds some.
export const maxTopBoxes = 1000

/** Finds the end of the boxes of a file: the first position without a box that fits into the file. */
export const endOfBoxes = (source: ByteSource): number => {
  let end = 0
  for (const { type, start, length } of boxesIn(source, 0, source.size, maxTopBoxes)) {
    if (!/^[ -~\xa9]{4}$/.test(type) || start + length > source.size) break
    end = start + length
  }
  return end
}
