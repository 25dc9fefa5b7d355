import { crc32 } from "node:zlib"
import sharp, { type Sharp } from "sharp"

// Red above blue, wider than high.
const pixels = Buffer.from(
  Array.from({ length: 1600 * 1200 * 3 }, (_, at) => {
    const isAbove = at < 1600 * 600 * 3
    return at % 3 === (isAbove ? 0 : 2) ? 255 : 0
  }),
)

/** A picture of 1600 × 1200 px: its upper half red, its lower half blue. */
export const redAboveBlue = (): Sharp => sharp(pixels, { raw: { width: 1600, height: 1200, channels: 3 } })

export const redAboveBlueJpeg = async (): Promise<Uint8Array> => redAboveBlue().jpeg().toBuffer()

/** A picture of 800 × 600 px of noise: its files have many bytes of pixel data. */
export const noise = (): Sharp =>
  sharp({
    create: {
      width: 800,
      height: 600,
      channels: 3,
      background: "grey",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  })

export const joined = (...parts: (Uint8Array | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)))

/** A segment of a JPEG (ITU-T T.81 Annex B). */
export const jpegSegment = (code: number, body: string): Buffer => {
  const head = Buffer.from([0xff, code, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return joined(head, body)
}

/** A JPEG with `inserted` as its first segment. */
export const withFirstSegment = (jpeg: Uint8Array, inserted: Uint8Array): Buffer =>
  joined(jpeg.subarray(0, 2), inserted, jpeg.subarray(2))

/** A chunk of a PNG (https://www.w3.org/TR/png-3/#5Chunk-layout). */
export const pngChunk = (type: string, data: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = joined(type, data)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return joined(length, body, checksum)
}
