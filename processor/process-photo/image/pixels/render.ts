import { readFileSync } from "node:fs"
import sharp, { type FailOnOptions } from "sharp"
import { thumbnailVariants } from "../../../../domain/image.ts"
import { bufferOf, type PhotoContent, ReadFailed } from "../byte-source.ts"
import type { ImageHeader } from "../format/image-header.ts"
import { decodeHeic } from "./decode-heic.ts"
import { type MadeThumbnails, makeThumbnails } from "./thumbnails.ts"

export type Rendering = MadeThumbnails & { isDegraded: boolean }

// Several threads of this process decode at once; additional threads of libvips would only add context switches.
sharp.concurrency(1)
sharp.cache(false)
// Only decoders of the formats that the probe detects are enabled: no SVG, no PDF.
sharp.block({ operation: ["VipsForeignLoad"] })
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Heif", "Nsgif", "Tiff"].flatMap((format) => [
    `VipsForeignLoad${format}File`,
    `VipsForeignLoad${format}Buffer`,
  ]),
})

/**
 * Decodes a probed photo into its thumbnails.
 * @throws ReadFailed when its file cannot be read, and Error when its pixels are damaged or end early
 */
export const render = async (
  content: PhotoContent,
  header: ImageHeader,
  orientation: number,
  libheif: WebAssembly.Module | null,
): Promise<Rendering> => {
  if (header.hevc) {
    if (!libheif) throw new Error("a HEIC needs libheif")
    const decoding = { libheif, maxMemoryBytes: header.decodeBytes, hevc: header.hevc }
    const picture = await decodeHeic(bytesOf(content), decoding, thumbnailVariants[0])
    return { ...(await makeThumbnails(picture, 1)), isDegraded: false }
  }
  const turn = header.isTurnedByExif ? orientation : 1
  try {
    return { ...(await makeThumbnails(open(content, "warning"), turn)), isDegraded: false }
  } catch {
    // Failing on warnings would reject files that viewers can show (immich#25202); only missing pixels are a fault.
    return { ...(await makeThumbnails(open(content, "truncated"), turn)), isDegraded: true }
  }
}

const bytesOf = (content: PhotoContent): Uint8Array => {
  if (typeof content !== "string") return content
  try {
    return readFileSync(content)
  } catch (error) {
    throw new ReadFailed(error)
  }
}

/**
 * The probe has checked the pixel count, so the limit of libvips is disabled; its limits on metadata and scans apply.
 * Only the first page or frame is decoded.
 */
const open = (content: PhotoContent, failOn: FailOnOptions) =>
  sharp(typeof content === "string" ? content : bufferOf(content), {
    failOn,
    limitInputPixels: false,
    sequentialRead: true,
    pages: 1,
  })
