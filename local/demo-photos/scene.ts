import sharp, { type Sharp } from "sharp"
import { renderLandscape } from "./landscape.ts"
import { randomOf } from "./noise.ts"
import type { Orientation } from "./shots.ts"

/** A JPEG without metadata; width and height in px as stored. */
export type Scene = { jpeg: Buffer; width: number; height: number }

/**
 * A landscape as a camera stores it.
 * @param options.orientation the stored pixels are turned so that a viewer which applies it shows the sky on top
 * @param options.scale of the edges; below 1 for tests
 */
export const renderScene = async (options: {
  seed: number
  orientation: Orientation
  scale: number
}): Promise<Scene> => {
  const { seed, orientation, scale } = options
  const size = sizes[seed % sizes.length] ?? sizes[0]
  const stored = await turned(sketch(seed, size.width * scale, size.height * scale), orientation)
    .raw()
    .toBuffer({ resolveWithObject: true })
  const enlarged = await sharp(stored.data, { raw: stored.info })
    .resize(stored.info.width * sketchedPx, stored.info.height * sketchedPx, { kernel: "cubic" })
    .raw()
    .toBuffer({ resolveWithObject: true })
  addGrain(enlarged.data, seed)
  const { width, height } = enlarged.info
  const jpeg = await sharp(enlarged.data, { raw: enlarged.info }).jpeg({ quality: 85 }).toBuffer()
  return { jpeg, width, height }
}

// 12, 16, 20 and 24 megapixel.
const sizes = [
  { width: 4032, height: 3024 },
  { width: 4608, height: 3456 },
  { width: 5472, height: 3648 },
  { width: 6000, height: 4000 },
] as const

/** The landscape is computed for one px of these and then enlarged: a whole one would take half a minute. */
const sketchedPx = 4

const sketch = (seed: number, fullWidth: number, fullHeight: number): Sharp => {
  const width = Math.round(fullWidth / sketchedPx)
  const height = Math.round(fullHeight / sketchedPx)
  return sharp(renderLandscape(seed, width, height), { raw: { width, height, channels: 3 } })
}

/** The inverse of what a viewer does. sharp mirrors before it rotates. */
const turned = (upright: Sharp, orientation: Orientation): Sharp => {
  switch (orientation) {
    case 1:
      return upright
    case 2:
      return upright.flop()
    case 3:
      return upright.rotate(180)
    case 4:
      return upright.flip()
    case 5:
      return upright.flop().rotate(270)
    case 6:
      return upright.rotate(270)
    case 7:
      return upright.flop().rotate(90)
    case 8:
      return upright.rotate(90)
  }
}

/** So strong that the JPEGs are as large as a camera's: about 0.24 bytes a px at quality 85. */
const grainStrength = 14

/** Adds a sensor's noise, the same to all three colours of a px, where it is seen most. */
const addGrain = (rgb: Buffer, seed: number): void => {
  const random = randomOf(seed)
  const grain = Int8Array.from({ length: 2 ** 18 }, () => (random() + random() + random() - 1.5) * grainStrength)
  const pixels = new Uint8ClampedArray(rgb.buffer, rgb.byteOffset, rgb.length)
  let at = 0
  for (let index = 0; index + 2 < pixels.length; index += 3) {
    // A jump now and then: a repeating pattern would show.
    at = (at + (index % 4095 === 0 ? Math.floor(random() * grain.length) : 1)) % grain.length
    const added = grain[at] ?? 0
    pixels[index] = (pixels[index] ?? 0) + added
    pixels[index + 1] = (pixels[index + 1] ?? 0) + added
    pixels[index + 2] = (pixels[index + 2] ?? 0) + added
  }
}
