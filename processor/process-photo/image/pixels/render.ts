import sharp, { type FailOnOptions } from "sharp"
import type { ImageHeader } from "../format/image-header.ts"
import { decodeHeic } from "./decode-heic.ts"
import { type MadeThumbnail, makeThumbnails } from "./thumbnails.ts"

export type Rendering = { thumbnails: MadeThumbnail[]; isDegraded: boolean }

// Threads of ours run side by side; libvips' own would only get in each other's way.
sharp.concurrency(1)
sharp.cache(false)
// Nothing is decoded but what was looked into before: not SVG, not PDF, whatever a file says of itself.
sharp.block({ operation: ["VipsForeignLoad"] })
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Heif", "Nsgif", "Tiff"].map((format) => `VipsForeignLoad${format}File`),
})

/**
 * Decodes a surveyed file into its thumbnails.
 * @throws Error when its pixels are broken or end early
 */
export const render = async (path: string, header: ImageHeader, orientation: number): Promise<Rendering> => {
  if (header.type === "image/heic" || header.type === "image/heif") {
    const { data, width, height } = await decodeHeic(path)
    const picture = sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: false })
    return { thumbnails: await makeThumbnails(picture.removeAlpha(), 1), isDegraded: false }
  }
  const turn = header.isTurnedByExif ? orientation : 1
  try {
    return { thumbnails: await makeThumbnails(open(path, "warning"), turn), isDegraded: false }
  } catch {
    // A decoder that warns refuses files which every viewer shows (immich#25202); only missing pixels are a fault.
    return { thumbnails: await makeThumbnails(open(path, "truncated"), turn), isDegraded: true }
  }
}

/** The probe has counted the pixels, so libvips' own limits are off. First page or frame only. */
const open = (path: string, failOn: FailOnOptions) =>
  sharp(path, { failOn, limitInputPixels: false, unlimited: true, sequentialRead: true, pages: 1 })
