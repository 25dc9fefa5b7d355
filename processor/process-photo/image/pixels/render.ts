import { readFileSync } from "node:fs"
import sharp, { type FailOnOptions } from "sharp"
import { bufferOf, type PhotoContent } from "../byte-source.ts"
import type { ImageHeader } from "../format/image-header.ts"
import { decodeHeic } from "./decode-heic.ts"
import { type MadeThumbnail, makeThumbnails } from "./thumbnails.ts"

export type Rendering = { thumbnails: MadeThumbnail[]; isDegraded: boolean }

// Several threads of this process decode at once; more of libvips' own would only add switches between them.
sharp.concurrency(1)
sharp.cache(false)
// The only decoders are those of the formats that the probe knows: no SVG, no PDF.
sharp.block({ operation: ["VipsForeignLoad"] })
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Heif", "Nsgif", "Tiff"].flatMap((format) => [
    `VipsForeignLoad${format}File`,
    `VipsForeignLoad${format}Buffer`,
  ]),
})

/**
 * Decodes a probed photo into its thumbnails.
 * @throws Error when its pixels are damaged or end early
 */
export const render = async (
  content: PhotoContent,
  header: ImageHeader,
  orientation: number,
): Promise<Rendering> => {
  if (header.type === "image/heic" || header.type === "image/heif") {
    const { data, width, height } = await decodeHeic(
      typeof content === "string" ? readFileSync(content) : content,
    )
    const picture = sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false })
    return { thumbnails: await makeThumbnails(picture.removeAlpha(), 1), isDegraded: false }
  }
  const turn = header.isTurnedByExif ? orientation : 1
  try {
    return { thumbnails: await makeThumbnails(open(content, "warning"), turn), isDegraded: false }
  } catch {
    // A decoder that warns refuses files which every viewer shows (immich#25202); only missing pixels are a fault.
    return { thumbnails: await makeThumbnails(open(content, "truncated"), turn), isDegraded: true }
  }
}

/** The probe has counted the pixels, so libvips' own limits are off. First page or frame only. */
const open = (content: PhotoContent, failOn: FailOnOptions) =>
  sharp(typeof content === "string" ? content : bufferOf(content), {
    failOn,
    limitInputPixels: false,
    unlimited: true,
    sequentialRead: true,
    pages: 1,
  })
