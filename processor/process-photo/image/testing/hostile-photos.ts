import { deflateSync } from "node:zlib"
import sharp from "sharp"
import type { FailureReason } from "../../../../domain/failure-reason.ts"
import type { PhotoType } from "../../../../domain/photo-type.ts"
import { box, fullBox, heicOf, uint } from "./test-heic.ts"
import { joined, jpegSegment, noise, pngChunk, withFirstSegment } from "./test-photos.ts"

export type HostilePhoto = {
  filename: string
  type: PhotoType
  /** The expected fault; "accepted" for a photo that viewers can show. */
  outcome: FailureReason | "accepted"
  bytes: () => Promise<Uint8Array> | Uint8Array
}

const repeated = (count: number, bytes: Uint8Array): Buffer => Buffer.alloc(count * bytes.length, bytes)

/** Files that make an unprotected parser or decoder use unbounded memory or time, and damaged photos. */
export const hostilePhotos: readonly HostilePhoto[] = [
  {
    // 200 items, each with 65,535 extents whose fields have zero bytes.
    filename: "iloc-bomb.heic",
    type: "image/heic",
    outcome: "CORRUPT",
    bytes: () =>
      heicOf({
        iloc: fullBox(
          "iloc",
          1,
          uint(1, 0, 0),
          uint(2, 200),
          ...Array.from({ length: 200 }, (_, id) => uint(2, id, 0, 0, 0xffff)),
        ),
      }),
  },
  {
    // A field of 15 bytes, which is not a valid integer size.
    filename: "iloc-field-size.heic",
    type: "image/heic",
    outcome: "CORRUPT",
    bytes: () => heicOf({ iloc: fullBox("iloc", 1, uint(1, 0xff, 0xff), uint(2, 1, 1, 0, 0, 1)) }),
  },
  {
    filename: "iloc-empty.heic",
    type: "image/heic",
    outcome: "CORRUPT",
    bytes: () => heicOf({ iloc: box("iloc") }),
  },
  {
    filename: "box-bomb.heic",
    type: "image/heic",
    outcome: "CORRUPT",
    bytes: () => joined(box("ftyp", "heic", uint(4, 0)), repeated(500_000, box("free"))),
  },
  {
    // The grid is 65,280 px wide, but its item declares 512.
    filename: "grid-bomb.heic",
    type: "image/heic",
    outcome: "CORRUPT",
    bytes: () => heicOf({ grid: joined(uint(1, 0, 1, 254, 254), uint(4, 65_280, 65_280)) }),
  },
  {
    filename: "zeroed-tile.heic",
    type: "image/heic",
    outcome: "CORRUPT",
    bytes: () => heicOf({ coded: (bytes, tile) => (tile === 1 ? Buffer.alloc(bytes.length) : bytes) }),
  },
  {
    filename: "damaged-tile.heic",
    type: "image/heic",
    outcome: "CORRUPT",
    bytes: () =>
      heicOf({ coded: (bytes, tile) => (tile === 2 ? Buffer.from(bytes).fill(0, 2000, 2300) : bytes) }),
  },
  {
    filename: "comment-bomb.gif",
    type: "image/gif",
    outcome: "CORRUPT",
    bytes: () => joined("GIF89a", uint(2, 0x100, 0x100), uint(1, 0, 0, 0), repeated(600_000, gifComment)),
  },
  {
    filename: "text-chunk-bomb.png",
    type: "image/png",
    outcome: "CORRUPT",
    bytes: async () => withPngChunks(repeated(300_000, pngChunk("tEXt", joined("a\0b")))),
  },
  {
    filename: "chunk-bomb.png",
    type: "image/png",
    outcome: "CORRUPT",
    bytes: async () => withPngChunks(repeated(300_000, pngChunk("prVt", Buffer.alloc(0)))),
  },
  {
    filename: "segment-bomb.jpg",
    type: "image/jpeg",
    outcome: "CORRUPT",
    bytes: async () =>
      withFirstSegment(await noise().jpeg().toBuffer(), repeated(500_000, jpegSegment(0xfe, ""))),
  },
  {
    filename: "chunk-bomb.webp",
    type: "image/webp",
    outcome: "CORRUPT",
    bytes: () => {
      const chunks = repeated(300_000, joined("JUNK", Buffer.alloc(4)))
      const length = Buffer.alloc(4)
      length.writeUInt32LE(4 + chunks.length)
      return joined("RIFF", length, "WEBP", chunks)
    },
  },
  {
    filename: "directory-bomb.tif",
    type: "image/tiff",
    outcome: "CORRUPT",
    bytes: () =>
      joined(
        "MM\0*",
        uint(4, 8),
        uint(2, 0xffff),
        repeated(0xffff, joined(uint(2, 305, 2), uint(4, 2 ** 32 - 1, 8))),
      ),
  },
  {
    // 64 × 64 px in one tile of 65,520 × 65,520 px: the decoder holds whole tiles.
    filename: "tile-bomb.tif",
    type: "image/tiff",
    outcome: "DIMENSIONS_EXCEEDED",
    bytes: () => {
      const entry = (tag: number, value: number) => joined(uint(2, tag, 4), uint(4, 1, value))
      const entries = [entry(256, 64), entry(257, 64), entry(322, 65_520), entry(323, 65_520)]
      return joined("MM\0*", uint(4, 8), uint(2, entries.length), ...entries, uint(4, 0))
    },
  },
  {
    // One row of 300 million pixels: a row alone takes a gigabyte.
    filename: "row-bomb.png",
    type: "image/png",
    outcome: "DIMENSIONS_EXCEEDED",
    bytes: () => pngOf(joined(uint(4, 299_999_999, 1), uint(1, 8, 2, 0, 0, 0)), Buffer.alloc(10)),
  },
  {
    // 3000 scans: each costs the decoder a pass over all blocks.
    filename: "scan-bomb.jpg",
    type: "image/jpeg",
    outcome: "CORRUPT",
    bytes: async () => {
      const jpeg = await noise().resize(64).jpeg({ progressive: true }).toBuffer()
      const scan = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]))
      return joined(jpeg.subarray(0, scan), repeated(3000, jpeg.subarray(scan, -2)), jpeg.subarray(-2))
    },
  },
  {
    // Each text of 100 kB expands to 100 MB.
    filename: "inflate-bomb.png",
    type: "image/png",
    outcome: "accepted",
    bytes: async () => {
      const bomb = deflateSync(Buffer.alloc(100_000_000))
      return withPngChunks(repeated(20, pngChunk("zTXt", joined("Raw profile type exif\0\0", bomb))))
    },
  },
  {
    filename: "flood.png",
    type: "image/png",
    outcome: "DIMENSIONS_EXCEEDED",
    // 900 megapixels in 100 kB: one bit per pixel, all rows equal.
    bytes: () =>
      pngOf(joined(uint(4, 30_000, 30_000), uint(1, 1, 0, 0, 0, 0)), Buffer.alloc(30_000 * (1 + 30_000 / 8))),
  },
  {
    filename: "page-in-comment.jpg",
    type: "image/jpeg",
    outcome: "accepted",
    bytes: async () =>
      withFirstSegment(await noise().jpeg().toBuffer(), jpegSegment(0xfe, "<script>alert(1)</script>")),
  },
  {
    filename: "archive-after-end.jpg",
    type: "image/jpeg",
    outcome: "accepted",
    bytes: async () => joined(await noise().jpeg().toBuffer(), "PK\x05\x06", Buffer.alloc(18)),
  },
  {
    filename: "markup-bomb.jpg",
    type: "image/jpeg",
    outcome: "UNSUPPORTED_TYPE",
    bytes: () => repeated(200_000, joined("<!---->")),
  },
]

const gifComment = joined("\x21\xfe\x01a\0")

const pngSignature = "\x89PNG\r\n\x1a\n"

const pngOf = (header: Uint8Array, pixels: Uint8Array): Buffer =>
  joined(
    pngSignature,
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(pixels)),
    pngChunk("IEND", Buffer.alloc(0)),
  )

/** A valid PNG with additional chunks after its header. */
const withPngChunks = async (chunks: Uint8Array): Promise<Buffer> => {
  const png = await noise().png().toBuffer()
  const headerEnd = pngSignature.length + 25
  return joined(png.subarray(0, headerEnd), chunks, png.subarray(headerEnd))
}

/** Valid photos as large as the limits allow: together they would take gigabytes. */
export const heavyPhotos: readonly HostilePhoto[] = [1, 2, 3].flatMap((copy): HostilePhoto[] => [
  {
    filename: `24-megapixel-${copy}.avif`,
    type: "image/avif",
    outcome: "accepted",
    bytes: () =>
      sharp({ create: { width: 6000, height: 4000, channels: 3, background: "red" } })
        .avif({ effort: 0 })
        .toBuffer(),
  },
  {
    filename: `13-megapixel-${copy}.heic`,
    type: "image/heic",
    outcome: "accepted",
    bytes: () => heicOf({ columns: 16, rows: 12, properties: [box("irot", uint(1, 1))] }),
  },
])
