import sharp, { type Sharp } from "sharp"
import { rgbaToThumbHash } from "thumbhash"
import { type Thumbnail, type ThumbnailVariant, thumbnailVariants } from "../../../../domain/image.ts"

export type MadeThumbnail = Thumbnail & { webp: Uint8Array<ArrayBuffer> }

/** The thumbnails of a photo, and its ThumbHash in base64: about 25 bytes that clients show as a blurred preview. */
export type MadeThumbnails = { thumbnails: MadeThumbnail[]; thumbhash: string }

/** WebP effort: 0 is as fast as encoding a JPEG. The default takes twice as long and saves a few percent of bytes. */
const effort = 0
const [largeVariant, smallVariant] = thumbnailVariants

/**
 * Longest edge of the picture that is hashed. A ThumbHash has at most seven waves per axis, so more pixels change
 * nothing; its limit is 100, which takes 3.5 ms instead of 1.
 */
const hashedPixels = 50

/**
 * Creates both thumbnails of a picture: the large one with shrink-on-load, the small one from the large one. Rotated
 * by `orientation` (EXIF 1–8), in sRGB, without metadata. The ThumbHash is made from the small one.
 * @throws Error of libvips when the picture cannot be decoded
 */
export const makeThumbnails = async (picture: Sharp, orientation: number): Promise<MadeThumbnails> => {
  const large = await pixelsOf(
    picture.resize(largeVariant, largeVariant, { fit: "inside", withoutEnlargement: true }),
  )
  const small = await pixelsOf(
    upright(
      large().resize(smallVariant, smallVariant, { fit: "inside", withoutEnlargement: true }),
      orientation,
    ),
  )
  // Rotate after shrinking: otherwise sharp decodes every pixel first, which takes three times as long.
  return {
    thumbnails: [
      await encode(upright(large(), orientation), largeVariant),
      await encode(small(), smallVariant),
    ],
    thumbhash: await hash(small()),
  }
}

/** Renders a picture in sRGB. Returns a function that opens the result for further steps. */
const pixelsOf = async (picture: Sharp): Promise<() => Sharp> => {
  const { data, info } = await picture
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  return () => sharp(data, { raw: { width, height, channels } })
}

const hash = async (picture: Sharp): Promise<string> => {
  const { data, info } = await picture
    .resize(hashedPixels, hashedPixels, { fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true })
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString("base64")
}

const encode = async (picture: Sharp, variant: ThumbnailVariant): Promise<MadeThumbnail> => {
  const { data, info } = await picture.webp({ effort }).toBuffer({ resolveWithObject: true })
  return { variant, width: info.width, height: info.height, bytes: data.length, webp: new Uint8Array(data) }
}

/** EXIF 2.32 §4.6.4, tag 274. sharp mirrors before it rotates. */
const upright = (picture: Sharp, orientation: number): Sharp => {
  switch (orientation) {
    case 2:
      return picture.flop()
    case 3:
      return picture.rotate(180)
    case 4:
      return picture.flip()
    case 5:
      return picture.flop().rotate(270)
    case 6:
      return picture.rotate(90)
    case 7:
      return picture.flop().rotate(90)
    case 8:
      return picture.rotate(270)
    default:
      return picture
  }
}
