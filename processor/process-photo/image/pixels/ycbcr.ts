import sharp, { type Sharp } from "sharp"

/** One channel of 8-bit samples; a row begins every `stride` bytes. */
export type Plane = { samples: Buffer; stride: number; width: number; height: number }

export type YCbCr = {
  y: Plane
  /** Null for a grey picture. Chroma planes may be smaller than the luma plane. */
  colour: { cb: Plane; cr: Plane /** Matrix coefficients of ITU-T H.273. */; matrix: number } | null
  /** Samples use 0–255; otherwise 16–235 for luma and 16–240 for chroma. */
  isFullRange: boolean
}

/** An RGB picture of at most `maxEdge` px, shrunk plane by plane. */
export const yCbCrPicture = async ({ y, colour, isFullRange }: YCbCr, maxEdge: number): Promise<Sharp> => {
  const scale = Math.min(1, maxEdge / Math.max(y.width, y.height))
  const width = Math.max(1, Math.round(y.width * scale))
  const height = Math.max(1, Math.round(y.height * scale))
  const brightness = await shrink(y, width, height)
  const cb = colour && (await shrink(colour.cb, width, height))
  const cr = colour && (await shrink(colour.cr, width, height))
  const rgb = toRgb({ brightness, cb, cr }, weightsOf(colour?.matrix ?? 2), isFullRange)
  return sharp(rgb, { raw: { width, height, channels: 3 } })
}

const shrink = (
  { samples, stride, width, height }: Plane,
  toWidth: number,
  toHeight: number,
): Promise<Buffer> =>
  sharp(samples, { raw: { width: stride, height, channels: 1 }, limitInputPixels: false })
    .extract({ left: 0, top: 0, width, height })
    .resize(toWidth, toHeight, { fit: "fill" })
    .toColourspace("b-w")
    .raw()
    .toBuffer()

type Weights = { red: number; blue: number }

// The weights of red and blue in luma (ITU-T H.273 §8.3). For "unspecified" (2) libheif uses BT.601.
const weights: Readonly<Record<number, Weights>> = {
  1: { red: 0.2126, blue: 0.0722 },
  2: { red: 0.299, blue: 0.114 },
  4: { red: 0.3, blue: 0.11 },
  5: { red: 0.299, blue: 0.114 },
  6: { red: 0.299, blue: 0.114 },
  7: { red: 0.212, blue: 0.087 },
  9: { red: 0.2627, blue: 0.0593 },
}

/** Whether planes with these matrix coefficients are luma and two chroma components. */
export const isSupportedMatrix = (matrix: number): boolean => matrix in weights

const weightsOf = (matrix: number): Weights => weights[matrix] ?? { red: 0.299, blue: 0.114 }

const toRgb = (
  { brightness, cb, cr }: { brightness: Buffer; cb: Buffer | null; cr: Buffer | null },
  { red, blue }: Weights,
  isFullRange: boolean,
): Buffer => {
  const green = 1 - red - blue
  const black = isFullRange ? 0 : 16
  const brightnessScale = isFullRange ? 1 : 255 / 219
  const colourScale = isFullRange ? 1 : 255 / 224
  // Rounds and clamps assigned values.
  const rgb = new Uint8ClampedArray(brightness.length * 3)
  for (let at = 0; at < brightness.length; at += 1) {
    const y = ((brightness[at] ?? 0) - black) * brightnessScale
    const u = ((cb?.[at] ?? 128) - 128) * colourScale
    const v = ((cr?.[at] ?? 128) - 128) * colourScale
    const r = y + 2 * (1 - red) * v
    const b = y + 2 * (1 - blue) * u
    rgb[at * 3] = r
    rgb[at * 3 + 1] = (y - red * r - blue * b) / green
    rgb[at * 3 + 2] = b
  }
  return Buffer.from(rgb.buffer)
}
