import { type ByteSource, readExactly } from "../byte-source.ts"

/** A box of the ISO base media file format (ISO/IEC 14496-12 §4.2): where its body lies. */
export type Box = { type: string; start: number; length: number }

// Bounds the walk: a file of 8-byte boxes would have millions.
const maxBoxes = 20_000

/** The boxes between two positions. The last one may reach beyond `end`, as it does in a cut file. */
export function* boxesIn(source: ByteSource, start: number, end: number): Generator<Box> {
  let position = start
  for (let count = 0; count < maxBoxes && position + 8 <= end; count += 1) {
    const head = source.peek(position, 16)
    if (head.length < 8) return
    const declared = head.readUInt32BE(0)
    const headBytes = declared === 1 ? 16 : 8
    if (head.length < headBytes) return
    const size = declared === 0 ? end - position : declared === 1 ? Number(head.readBigUInt64BE(8)) : declared
    if (size < headBytes) return
    yield { type: head.toString("latin1", 4, 8), start: position + headBytes, length: size - headBytes }
    position += size
  }
}

/** The version of a full box, whose body begins with it. */
export const fullBox = (source: ByteSource, box: Box): { version: number } => ({
  version: readExactly(source, box.start, 4).readUInt8(0),
})
