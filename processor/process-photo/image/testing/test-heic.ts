import { hevcTile } from "./hevc-tile.ts"
import { joined } from "./test-photos.ts"

/** A box of the ISO base media file format. */
export const box = (type: string, ...parts: (Uint8Array | string)[]): Buffer => {
  const body = joined(...parts)
  return joined(uint(4, 8 + body.length), type, body)
}

/** A box whose body begins with its version and flags. */
export const fullBox = (type: string, version: number, ...parts: (Uint8Array | string)[]): Buffer =>
  box(type, uint(1, version), uint(3, 0), ...parts)

/** An unsigned big-endian number of `size` bytes. */
export const uint = (size: number, ...values: number[]): Buffer => {
  const bytes = Buffer.alloc(size * values.length)
  for (const [index, value] of values.entries()) bytes.writeUIntBE(value, index * size, size)
  return bytes
}

export type HeicOptions = {
  /** Number of columns and rows of tiles. They cover the whole canvas. */
  columns?: number
  rows?: number
  /** Changes the bytes of a tile, by its number, to damage them. */
  coded?: (bytes: Buffer, tile: number) => Uint8Array
  /** Replaces the correct `iloc` box. */
  iloc?: Buffer
  /** Replaces the correct body of the grid. */
  grid?: Uint8Array
  /** Further properties of the canvas, as boxes. */
  properties?: readonly Buffer[]
  /** XMP of the picture. */
  xmp?: string
}

/** A HEIC like those of phones: a grid of HEVC tiles. All tiles contain the same picture, red above blue. */
export const heicOf = ({
  columns = 2,
  rows = 2,
  coded = (bytes) => bytes,
  iloc,
  grid: ownGrid,
  properties = [],
  xmp,
}: HeicOptions = {}): Buffer => {
  const tiles = Array.from({ length: columns * rows }, (_, tile) => coded(hevcTile.bytes, tile))
  const canvasId = tiles.length + 1
  const xmpId = canvasId + 1
  const packet = Buffer.from(xmp ?? "")
  const itemCount = xmp === undefined ? canvasId : xmpId
  const tileIds = tiles.map((_, tile) => tile + 1)
  const size = [columns * hevcTile.width, rows * hevcTile.height] as const
  const typeBox = box("ftyp", "heic", uint(4, 0), "mif1heic")
  // Version 0, 32-bit sizes of the canvas.
  const grid = ownGrid ?? joined(uint(1, 0, 1, rows - 1, columns - 1), uint(4, ...size))
  const metaOf = (locations: Buffer) =>
    fullBox(
      "meta",
      0,
      fullBox("hdlr", 0, uint(4, 0), "pict", Buffer.alloc(13)),
      fullBox("pitm", 0, uint(2, canvasId)),
      fullBox(
        "iinf",
        0,
        uint(2, itemCount),
        ...tileIds.map((id) => fullBox("infe", 2, uint(2, id, 0), "hvc1\0")),
        fullBox("infe", 2, uint(2, canvasId, 0), "grid\0"),
        xmp === undefined ? "" : fullBox("infe", 2, uint(2, xmpId, 0), "mime", "\0application/rdf+xml\0"),
      ),
      fullBox(
        "iref",
        0,
        box("dimg", uint(2, canvasId, tiles.length, ...tileIds)),
        xmp === undefined ? "" : box("cdsc", uint(2, xmpId, 1, canvasId)),
      ),
      box(
        "iprp",
        box(
          "ipco",
          box("hvcC", hevcTile.configuration),
          fullBox("ispe", 0, uint(4, hevcTile.width, hevcTile.height)),
          fullBox("ispe", 0, uint(4, ...size)),
          ...properties,
        ),
        fullBox(
          "ipma",
          0,
          uint(4, canvasId),
          ...tileIds.map((id) => joined(uint(2, id), uint(1, 2, 1, 2))),
          joined(uint(2, canvasId), uint(1, 1 + properties.length, 3, ...properties.map((_, at) => 4 + at))),
        ),
      ),
      box("idat", grid, packet),
      locations,
    )
  // Positions depend on the length of the box that contains them, so it is written twice.
  const locationsAt = (mediaStart: number): Buffer => {
    let start = mediaStart
    const entries = tiles.map((bytes, tile) => {
      const entry = joined(uint(2, tile + 1, 0, 0, 1), uint(4, start, bytes.length))
      start += bytes.length
      return entry
    })
    const ofGrid = joined(uint(2, canvasId, 1, 0, 1), uint(4, 0, grid.length))
    const ofXmp =
      xmp === undefined ? "" : joined(uint(2, xmpId, 1, 0, 1), uint(4, grid.length, packet.length))
    return fullBox("iloc", 1, uint(1, 0x44, 0), uint(2, itemCount), ...entries, ofGrid, ofXmp)
  }
  const mediaStart = typeBox.length + metaOf(locationsAt(0)).length + 8
  return joined(typeBox, metaOf(iloc ?? locationsAt(mediaStart)), box("mdat", ...tiles))
}
