import { type ByteSource, readExactly } from "../byte-source.ts"
import { type Box, boxesIn, fullBox } from "./heif-boxes.ts"
import { locationsIn } from "./heif-locations.ts"
import type { Span } from "./image-header.ts"

/** An item of a HEIF file: a picture, a tile of one, or a block of metadata. */
export type HeifItem = {
  /** `hvc1`, `av01`, `grid`, `Exif` … */
  type: string
  width: number
  height: number
  /** Anticlockwise. */
  quarterTurns: number
  /** Width and height left by a clean aperture. */
  crop: readonly [width: number, height: number] | null
  extents: readonly Span[]
  /** Tiles of a grid, in its order. */
  derivedFrom: readonly number[]
  /** Items this one is metadata of. */
  describes: readonly number[]
}

export type HeifMeta = { primaryId: number; items: ReadonlyMap<number, HeifItem> }

// A 48 megapixel grid of 200 tiles takes some 20 KB.
const maxMetaBytes = 4 * 1024 * 1024

/** The `meta` box of a HEIF file; null when it has none that names a primary item. */
export const readHeifMeta = (source: ByteSource): HeifMeta | null => {
  const box = [...boxesIn(source, 0, source.size)].find(({ type }) => type === "meta")
  if (!box || box.length > maxMetaBytes) return null
  // Offsets inside stay those of the file, so that `idat` and `iloc` can be read alike.
  const parts = new Map<string, Box>()
  for (const part of boxesIn(source, box.start + 4, box.start + box.length)) parts.set(part.type, part)
  const read = (type: string): Buffer => {
    const part = parts.get(type)
    return part ? readExactly(source, part.start, part.length) : Buffer.alloc(0)
  }
  const primaryId = primaryIn(read("pitm"))
  if (primaryId === null) return null

  const properties = propertiesIn(source, parts.get("iprp"))
  const locations = locationsIn(read("iloc"), parts.get("idat")?.start ?? source.size)
  const references = referencesIn(source, parts.get("iref"))
  const items = new Map<number, HeifItem>()
  for (const [id, type] of typesIn(source, parts.get("iinf")))
    items.set(id, {
      type,
      ...shapeOf(properties.get(id) ?? []),
      extents: locations.get(id) ?? [],
      derivedFrom: references
        .filter(({ type, from }) => type === "dimg" && from === id)
        .flatMap(({ to }) => to),
      describes: references
        .filter(({ type, from }) => type === "cdsc" && from === id)
        .flatMap(({ to }) => to),
    })
  return { primaryId, items }
}

const primaryIn = (body: Buffer): number | null => {
  if (body.length < 6) return null
  return body.readUInt8(0) === 0 ? body.readUInt16BE(4) : body.readUInt32BE(4)
}

const typesIn = (source: ByteSource, box: Box | undefined): Map<number, string> => {
  const types = new Map<number, string>()
  if (!box) return types
  const { version } = fullBox(source, box)
  for (const entry of boxesIn(source, box.start + (version === 0 ? 6 : 8), box.start + box.length)) {
    const body = source.peek(entry.start, 14)
    const isShort = body[0] === 2
    if (entry.type !== "infe" || body.length < 12 || (body[0] ?? 0) < 2) continue
    const at = isShort ? 4 : 4
    types.set(
      isShort ? body.readUInt16BE(at) : body.readUInt32BE(at),
      body.toString("latin1", isShort ? 8 : 10, isShort ? 12 : 14),
    )
  }
  return types
}

type Reference = { type: string; from: number; to: number[] }

const referencesIn = (source: ByteSource, box: Box | undefined): Reference[] => {
  if (!box) return []
  const size = fullBox(source, box).version === 0 ? 2 : 4
  return [...boxesIn(source, box.start + 4, box.start + box.length)].map(({ type, start, length }) => {
    const body = readExactly(source, start, length)
    const count = Math.min(body.readUInt16BE(size), Math.floor((length - size - 2) / size))
    return {
      type,
      from: body.readUIntBE(0, size),
      to: Array.from({ length: count }, (_, index) => body.readUIntBE(size + 2 + index * size, size)),
    }
  })
}

type Property = { type: string; body: Buffer }

/** The properties of each item: `ipco` lists them, `ipma` says whose they are. */
const propertiesIn = (source: ByteSource, box: Box | undefined): Map<number, Property[]> => {
  const properties = new Map<number, Property[]>()
  if (!box) return properties
  const parts = [...boxesIn(source, box.start, box.start + box.length)]
  const container = parts.find(({ type }) => type === "ipco")
  const listed = container ? [...boxesIn(source, container.start, container.start + container.length)] : []
  for (const association of parts.filter(({ type }) => type === "ipma")) {
    const body = readExactly(source, association.start, association.length)
    const idBytes = body.readUInt8(0) === 0 ? 2 : 4
    const indexBytes = (body.readUInt8(3) & 1) === 1 ? 2 : 1
    let at = 8
    for (let left = body.readUInt32BE(4); left > 0 && at + idBytes < body.length; left -= 1) {
      const id = body.readUIntBE(at, idBytes)
      const count = body.readUInt8(at + idBytes)
      at += idBytes + 1
      const own = properties.get(id) ?? []
      properties.set(id, own)
      for (let i = 0; i < count && at + indexBytes <= body.length; i += 1, at += indexBytes) {
        // The top bit says that a reader must know the property.
        const property = listed[(body.readUIntBE(at, indexBytes) & (indexBytes === 2 ? 0x7fff : 0x7f)) - 1]
        if (property)
          own.push({ type: property.type, body: source.peek(property.start, Math.min(property.length, 64)) })
      }
    }
  }
  return properties
}

const shapeOf = (
  properties: readonly Property[],
): Pick<HeifItem, "width" | "height" | "quarterTurns" | "crop"> => {
  const bodyOf = (wanted: string, length: number): Buffer | null => {
    const body = properties.find(({ type }) => type === wanted)?.body
    return body && body.length >= length ? body : null
  }
  const size = bodyOf("ispe", 12)
  const crop = bodyOf("clap", 32)
  return {
    width: size?.readUInt32BE(4) ?? 0,
    height: size?.readUInt32BE(8) ?? 0,
    quarterTurns: (bodyOf("irot", 1)?.readUInt8(0) ?? 0) & 3,
    crop: crop && [
      Math.round(crop.readUInt32BE(0) / crop.readUInt32BE(4)),
      Math.round(crop.readUInt32BE(8) / crop.readUInt32BE(12)),
    ],
  }
}
