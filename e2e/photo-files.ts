import { randomBytes, randomUUID } from "node:crypto"
import { openAsBlob } from "node:fs"
import { readdir } from "node:fs/promises"
import { basename, join } from "node:path"
import { crc32, deflateSync } from "node:zlib"
import sharp from "sharp"
import { samplesFolder } from "../processor/process-photo/image/testing/samples.ts"
import type { UploadFile } from "./driver/create-batch.ts"

/** The maintainers' sample photos, or null when they are absent. */
export const sampleFiles = async (kind: "good" | "bad"): Promise<UploadFile[] | null> => {
  if (!samplesFolder) return null
  const folder = join(samplesFolder, kind)
  return Promise.all((await readdir(folder)).map((name) => fileAt(join(folder, name))))
}

const fileAt = async (path: string): Promise<UploadFile> => ({
  filename: basename(path),
  content: await openAsBlob(path),
})

/** Creates small photos, all with different bytes, also in different calls. */
export const smallPhotos = (count: number): Promise<UploadFile[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const image = sharp({
        create: { width: 1200, height: 900, channels: 3, background: { r: index % 256, g: 120, b: 200 } },
      })
      const bytes = await image
        .jpeg()
        .withExif({ IFD0: { Make: "Maker", Model: `Model ${index}`, ImageDescription: randomUUID() } })
        .toBuffer()
      return fileOf(`IMG_${index}.jpg`, bytes)
    }),
  )

/** Creates a PNG of about 40 MB from noise, which does not compress. */
export const largePhoto = async (): Promise<Buffer> => {
  const [width, height] = [4200, 3333]
  return sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer()
}

/** Creates a valid PNG of 900 megapixels in about 100 kB: one bit per pixel, and all rows are equal. */
export const pixelFlood = (): UploadFile => {
  const side = 30_000
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header[8] = 1
  const rows = deflateSync(Buffer.alloc(side * (1 + side / 8)))
  const chunks = [pngChunk("IHDR", header), pngChunk("IDAT", rows), pngChunk("IEND", Buffer.alloc(0))]
  return fileOf("flood.png", Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]))
}

// https://www.w3.org/TR/png-3/#5Chunk-layout
const pngChunk = (type: string, data: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(type, "latin1"), data])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}

/** Creates a file with the given bytes. */
export const fileOf = (filename: string, bytes: string | Uint8Array): UploadFile => ({
  filename,
  content: new Blob([typeof bytes === "string" ? bytes : new Uint8Array(bytes)]),
})
