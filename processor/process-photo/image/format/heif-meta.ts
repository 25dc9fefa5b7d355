import type { ByteSource, Span } from "../byte-source.ts"
import { type Box, boxesIn, maxTopBoxes } from "./heif-boxes.ts"
import { readItemLocations, readItemTypes, referencesIn } from "./heif-items.ts"
import { type ItemProperties, readItemProperties } from "./heif-properties.ts"

/** An item of a HEIF file: a picture or a tile of one. */
export type HeifItem = ItemProperties & {
  /** `hvc1`, `av01`, `grid` … */
  type: string
  extents: readonly Span[]
}

export type HeifMeta = {
  primary: HeifItem
  /** The tiles of the primary picture if it is a grid; otherwise empty. */
  tiles: readonly HeifItem[]
  /** The location of its EXIF. */
  exif: readonly Span[]
  /** The location of its XMP. */
  xmp: readonly Span[]
}

// A `meta` box has about seven parts.
const maxMetaParts = 100

/**
 * The `meta` box of a HEIF file (ISO/IEC 23008-12): only the items that the primary picture needs. Null if there
 * is no primary picture.
 */
export const readHeifMeta = (source: ByteSource): HeifMeta | null => {
  const parts = metaParts(source)
  const [pitm, iinf, iref, iprp, iloc] = ["pitm", "iinf", "iref", "iprp", "iloc"].map((type) =>
    parts.get(type),
  )
  const primaryId = pitm && primaryIdIn(source, pitm)
  const types = iinf && readItemTypes(source, iinf)
  if (primaryId == null || !types?.has(primaryId)) return null

  const { tileIds, exifId, xmpId } = relatedItems(source, iref, primaryId, types)
  const wanted = new Set([primaryId, ...tileIds, ...[exifId, xmpId].flatMap((id) => id ?? [])])
  const properties = iprp ? readItemProperties(source, iprp, wanted) : new Map<number, ItemProperties>()
  const idatStart = parts.get("idat")?.start ?? source.size
  const locations = iloc
    ? readItemLocations(source, iloc, idatStart, wanted)
    : new Map<number, readonly Span[]>()
  const itemOf = (id: number): HeifItem => ({
    ...(properties.get(id) ?? noProperties),
    type: types.get(id) ?? "",
    extents: locations.get(id) ?? [],
  })
  return {
    primary: itemOf(primaryId),
    tiles: tileIds.map(itemOf),
    exif: exifId === null ? [] : (locations.get(exifId) ?? []),
    xmp: xmpId === null ? [] : (locations.get(xmpId) ?? []),
  }
}

const noProperties: ItemProperties = { width: 0, height: 0, quarterTurns: 0, crop: null, hevc: null }

/** Positions are relative to the file, so `idat` and `iloc` are read the same way. */
const metaParts = (source: ByteSource): Map<string, Box> => {
  const parts = new Map<string, Box>()
  for (const box of boxesIn(source, 0, source.size, maxTopBoxes)) {
    if (box.type !== "meta") continue
    for (const part of boxesIn(source, box.start + 4, box.start + box.length, maxMetaParts))
      parts.set(part.type, part)
    break
  }
  return parts
}

const primaryIdIn = (source: ByteSource, box: Box): number | null => {
  const body = source.peek(box.start, Math.min(8, box.length))
  if (body.length < 6) return null
  return body.readUInt8(0) === 0 ? body.readUInt16BE(4) : body.length < 8 ? null : body.readUInt32BE(4)
}

const xmpType = "application/rdf+xml"

/** The tiles of a grid in their order, and the items with its EXIF and its XMP. */
const relatedItems = (
  source: ByteSource,
  iref: Box | undefined,
  primaryId: number,
  types: ReadonlyMap<number, string>,
): { tileIds: number[]; exifId: number | null; xmpId: number | null } => {
  let tileIds: number[] = []
  let exifId: number | null = null
  let xmpId: number | null = null
  for (const { type, from, to } of iref ? referencesIn(source, iref) : []) {
    if (type === "dimg" && from === primaryId) tileIds = to
    if (type !== "cdsc" || !to.includes(primaryId)) continue
    if (types.get(from) === "Exif") exifId ??= from
    if (types.get(from) === xmpType) xmpId ??= from
  }
  return { tileIds, exifId, xmpId }
}
