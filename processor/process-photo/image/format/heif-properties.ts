import { type ByteSource, readExactly } from "../byte-source.ts"
import { Malformed } from "../photo-faults.ts"
import { type Box, boxesIn } from "./heif-boxes.ts"
import { maxItems } from "./heif-items.ts"

/** The properties of a picture (ISO/IEC 23008-12 §6.5). */
export type ItemProperties = {
  width: number
  height: number
  /** Anticlockwise. */
  quarterTurns: number
  /** Width and height after cropping to the clean aperture. */
  crop: readonly [width: number, height: number] | null
  /** The HEVC coding parameters; null for other codecs. */
  hevc: HevcConfiguration | null
}

export type HevcConfiguration = {
  /** Bytes per sample of the decoded picture. */
  sampleBytes: number
  /** Samples of all channels per pixel: 1.5 for the usual 4:2:0. */
  samplesPerPixel: number
  /** Size in bytes of the length field before each NAL unit. */
  lengthBytes: number
}

// A phone's picture has about 10 properties, shared by its tiles; each item has a few.
const maxProperties = 1000
const maxAssociations = 32
// One list, and one association box per combination of version and flags (ISO/IEC 23008-12 §9.3.1).
const maxPropertyParts = 5
// The longest property that is read here is `clap`.
const propertyBytes = 32

/** The properties of the `wanted` items: `ipco` lists all properties, `ipma` assigns them to items. */
export const readItemProperties = (
  source: ByteSource,
  box: Box,
  wanted: ReadonlySet<number>,
): Map<number, ItemProperties> => {
  let listed: Box[] = []
  const associations: Box[] = []
  for (const part of boxesIn(source, box.start, box.start + box.length, maxPropertyParts)) {
    if (part.type === "ipma") associations.push(part)
    if (part.type === "ipco")
      listed = [...boxesIn(source, part.start, part.start + part.length, maxProperties)]
  }
  const found = new Map<number, Box[]>()
  for (const association of associations)
    for (const [id, index] of pairsIn(source, association)) {
      const property = listed[index - 1]
      const own = found.get(id) ?? []
      if (!property || !wanted.has(id) || own.length >= maxAssociations) continue
      own.push(property)
      found.set(id, own)
    }
  return new Map([...found].map(([id, properties]) => [id, propertiesOf(source, properties)]))
}

/** Pairs of an item id and the index of one of its properties. */
function* pairsIn(source: ByteSource, box: Box): Generator<[id: number, index: number]> {
  const head = readExactly(source, box.start, 8)
  const idBytes = head.readUInt8(0) === 0 ? 2 : 4
  const indexBytes = (head.readUInt8(3) & 1) === 1 ? 2 : 1
  const itemCount = head.readUInt32BE(4)
  if (itemCount > maxItems) throw new Malformed(`The file has more than ${maxItems} parts.`)
  let at = box.start + 8
  for (let item = 0; item < itemCount; item += 1) {
    const entry = readExactly(source, at, idBytes + 1)
    const count = entry.readUInt8(idBytes)
    const indexes = readExactly(source, at + idBytes + 1, count * indexBytes)
    // The top bit marks a property as essential.
    for (let i = 0; i < count; i += 1)
      yield [
        entry.readUIntBE(0, idBytes),
        indexes.readUIntBE(i * indexBytes, indexBytes) & (indexBytes === 2 ? 0x7fff : 0x7f),
      ]
    at += idBytes + 1 + count * indexBytes
  }
}

const propertiesOf = (source: ByteSource, properties: readonly Box[]): ItemProperties => {
  const bodyOf = (wanted: string, length: number): Buffer | null => {
    const property = properties.find(({ type }) => type === wanted)
    const body = property && source.peek(property.start, Math.min(property.length, propertyBytes))
    return body && body.length >= length ? body : null
  }
  const size = bodyOf("ispe", 12)
  const crop = bodyOf("clap", 32)
  const hevc = bodyOf("hvcC", 23)
  return {
    width: size?.readUInt32BE(4) ?? 0,
    height: size?.readUInt32BE(8) ?? 0,
    quarterTurns: (bodyOf("irot", 1)?.readUInt8(0) ?? 0) & 3,
    crop: crop && [
      Math.round(crop.readUInt32BE(0) / crop.readUInt32BE(4)),
      Math.round(crop.readUInt32BE(8) / crop.readUInt32BE(12)),
    ],
    hevc: hevc && hevcConfigurationOf(hevc),
  }
}

/** ISO/IEC 14496-15 §8.3.3.1. */
const hevcConfigurationOf = (body: Buffer): HevcConfiguration => ({
  sampleBytes: Math.max(body.readUInt8(17) & 7, body.readUInt8(18) & 7) > 0 ? 2 : 1,
  samplesPerPixel: [1, 1.5, 2, 3][body.readUInt8(16) & 3] ?? 3,
  lengthBytes: (body.readUInt8(21) & 3) + 1,
})
