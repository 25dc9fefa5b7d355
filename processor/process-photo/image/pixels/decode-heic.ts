import type { Sharp } from "sharp"
import sharp from "sharp"
import { bufferOf } from "../byte-source.ts"
import type { HevcItems } from "../format/image-header.ts"
import { checkNalUnits } from "./hevc-units.ts"
import { instantiateLibheif, type Libheif } from "./libheif.ts"
import { isSupportedMatrix, type Plane, type YCbCr, yCbCrPicture } from "./ycbcr.ts"

/** The parameters of a decode. */
export type HeicDecoding = {
  libheif: WebAssembly.Module
  /** The memory that was reserved. */
  maxMemoryBytes: number
  hevc: HevcItems
}

/**
 * Decodes the primary picture of a HEIC, rotated and cropped as the file specifies, and shrinks it to `maxEdge` px.
 * sharp's build has no HEVC. The planes are shrunk before the conversion to RGB: a conversion at full size takes 13
 * bytes per pixel instead of 2.
 * @throws Error when a part of the picture is missing or damaged
 */
export const decodeHeic = async (
  bytes: Uint8Array,
  { libheif: module, maxMemoryBytes, hevc }: HeicDecoding,
  maxEdge: number,
): Promise<Sharp> => {
  checkNalUnits(bufferOf(bytes), hevc)
  const libheif = instantiateLibheif(module, maxMemoryBytes)
  const handle = openPrimary(libheif, bytes)
  const image = decode(libheif, handle, colourSpace.undefined, chroma.undefined)
  const planes = planesOf(libheif, image)
  if (planes) return yCbCrPicture(planes, maxEdge)
  libheif._heif_image_release(image)
  return rgbPicture(libheif, decode(libheif, handle, colourSpace.rgb, chroma.interleavedRgb))
}

// Values of enums in libheif/heif_image.h.
const colourSpace = { undefined: 99, yCbCr: 0, rgb: 1, monochrome: 2 } as const
const chroma = { undefined: 99, interleavedRgb: 10 } as const
const channel = { y: 0, cb: 1, cr: 2, interleaved: 10 } as const

const pointerBytes = 4

/** Calls a function that writes a `heif_error` and a pointer, and returns the pointer. */
const pointerFrom = (
  libheif: Libheif,
  what: string,
  call: (error: number, result: number) => void,
): number => {
  const error = allocate(libheif, 4 * pointerBytes)
  const result = error + 3 * pointerBytes
  call(error, result)
  const code = libheif.HEAPU32[error / pointerBytes]
  if (code !== 0) throw new Error(`libheif: ${what} failed with ${code}`)
  return libheif.HEAPU32[result / pointerBytes] ?? 0
}

const allocate = (libheif: Libheif, bytes: number): number => {
  const pointer = libheif._malloc(bytes)
  if (pointer === 0) throw new Error("libheif: no memory")
  return pointer
}

const openPrimary = (libheif: Libheif, bytes: Uint8Array): number => {
  const context = libheif._heif_context_alloc()
  const file = allocate(libheif, bytes.length)
  libheif.HEAPU8.set(bytes, file)
  pointerFrom(libheif, "reading", (error) =>
    libheif._heif_context_read_from_memory_without_copy(error, context, file, bytes.length, 0),
  )
  return pointerFrom(libheif, "opening the primary picture", (error, handle) =>
    libheif._heif_context_get_primary_image_handle(error, context, handle),
  )
}

// Offset of `convert_hdr_to_8bit` in struct heif_decoding_options.
const convertTo8Bits = 20

/**
 * libheif leaves a tile that cannot be decoded grey and only gives a warning. Its strict mode fails at the first such
 * tile, but not for every warning.
 */
const decode = (libheif: Libheif, handle: number, space: number, format: number): number => {
  const options = libheif._heif_decoding_options_alloc()
  libheif.HEAPU8[options + convertTo8Bits] = 1
  const image = pointerFrom(libheif, "decoding", (error, result) =>
    libheif._heif_decode_image(error, handle, result, space, format, options),
  )
  const warnings = allocate(libheif, 3 * pointerBytes)
  if (libheif._heif_image_get_decoding_warnings(image, 0, warnings, 1) > 0)
    throw new Error("libheif: a part of the picture is missing")
  return image
}

const planeOf = (libheif: Libheif, image: number, id: number): Plane => {
  const strideAt = allocate(libheif, pointerBytes)
  const start = libheif._heif_image_get_plane_readonly(image, id, strideAt)
  const stride = libheif.HEAPU32[strideAt / pointerBytes] ?? 0
  const width = libheif._heif_image_get_width(image, id)
  const height = libheif._heif_image_get_height(image, id)
  if (start === 0 || width <= 0 || height <= 0) throw new Error("libheif: the picture has no pixels")
  const samples = libheif.HEAPU8.subarray(start, start + stride * height)
  return { samples: bufferOf(samples), stride, width, height }
}

/** The picture as planes of 8 bits, or null when it is coded in another way. */
const planesOf = (libheif: Libheif, image: number): YCbCr | null => {
  const space = libheif._heif_image_get_colorspace(image)
  const is8Bit = libheif._heif_image_get_bits_per_pixel_range(image, channel.y) === 8
  if (!is8Bit || (space !== colourSpace.yCbCr && space !== colourSpace.monochrome)) return null
  const { matrix, isFullRange } = colourCodingOf(libheif, image)
  if (!isSupportedMatrix(matrix)) return null
  const y = planeOf(libheif, image, channel.y)
  if (space === colourSpace.monochrome) return { y, colour: null, isFullRange }
  return {
    y,
    colour: {
      cb: planeOf(libheif, image, channel.cb),
      cr: planeOf(libheif, image, channel.cr),
      matrix,
    },
    isFullRange,
  }
}

/** Matrix coefficients and range of the samples (ITU-T H.273): of struct heif_color_profile_nclx. */
const colourCodingOf = (libheif: Libheif, image: number): { matrix: number; isFullRange: boolean } => {
  try {
    const profile = pointerFrom(libheif, "reading the colour profile", (error, result) =>
      libheif._heif_image_get_nclx_color_profile(error, image, result),
    )
    return {
      matrix: libheif.HEAPU32[profile / pointerBytes + 3] ?? 2,
      isFullRange: libheif.HEAPU8[profile + 16] === 1,
    }
  } catch {
    // "Unspecified": libheif uses BT.601 and the full range.
    return { matrix: 2, isFullRange: true }
  }
}

const rgbPicture = (libheif: Libheif, image: number): Sharp => {
  const { samples, stride, width, height } = planeOf(libheif, image, channel.interleaved)
  const row = width * 3
  const pixels = Buffer.alloc(row * height)
  for (let y = 0; y < height; y += 1) samples.copy(pixels, y * row, y * stride, y * stride + row)
  return sharp(pixels, { raw: { width, height, channels: 3 }, limitInputPixels: false })
}
