import sharp, { type Sharp } from "sharp"
import type { Orientation } from "./shots.ts"

export type SceneOptions = {
  seed: number
  /** The pixels are stored so that applying the orientation shows the scene upright. */
  orientation: Orientation
  scale: number
}

// 12, 16, 20 and 24 megapixels.
const sizes = [
  { width: 4032, height: 3024 },
  { width: 4608, height: 3456 },
  { width: 5472, height: 3648 },
  { width: 6000, height: 4000 },
] as const

const qualities = [92, 85, 75, 65, 50]
const maxBytes = 6_000_000

/** Renders a landscape as a JPEG without metadata. Noise makes it as large as a real photo. */
export const renderScene = async ({ seed, orientation, scale }: SceneOptions): Promise<Buffer> => {
  const size = sizes[seed % sizes.length] ?? sizes[0]
  const width = Math.round(size.width * scale)
  const height = Math.round(size.height * scale)
  const noise = sharp({
    create: {
      width,
      height,
      channels: 3,
      background: "grey",
      noise: { type: "gaussian", mean: 128, sigma: 14 },
    },
  })
  const scene = await sharp(Buffer.from(landscape(seed, width, height)), { limitInputPixels: false })
    .removeAlpha()
    .composite([{ input: await noise.png({ compressionLevel: 0 }).toBuffer(), blend: "soft-light" }])
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { channels } = scene.info
  for (const quality of qualities) {
    const stored = turned(sharp(scene.data, { raw: { width, height, channels } }), orientation)
    const jpeg = await stored.jpeg({ quality, chromaSubsampling: "4:2:0" }).toBuffer()
    if (jpeg.length <= maxBytes) return jpeg
  }
  throw new Error(`scene ${seed} is larger than ${maxBytes} bytes at every quality`)
}

/** Applies the inverse of the transformation by a viewer. sharp mirrors before it rotates. */
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

const landscape = (seed: number, width: number, height: number): string => {
  const random = randomOf(seed)
  const hue = Math.round(190 + random() * 40)
  const ridges = [0.45, 0.58, 0.72].map((top, depth) =>
    ridge(random, width, height, top, hue - 60 - depth * 20, 55 - depth * 15),
  )
  const trees = Array.from({ length: 60 }, () => tree(random, width, height))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="hsl(${hue},70%,45%)"/><stop offset="0.6" stop-color="hsl(${hue - 160},80%,85%)"/>
    </linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    <circle cx="${width * (0.2 + random() * 0.6)}" cy="${height * 0.2}" r="${height * 0.06}" fill="#fff6d5"/>
    ${ridges.join("")}${trees.join("")}
  </svg>`
}

const ridge = (
  random: () => number,
  width: number,
  height: number,
  top: number,
  hue: number,
  light: number,
): string => {
  const steps = 40
  const points = Array.from({ length: steps + 1 }, (_, step) => {
    const y = height * (top + (random() - 0.5) * 0.12)
    return `${Math.round((width * step) / steps)},${Math.round(y)}`
  })
  return `<polygon points="0,${height} ${points.join(" ")} ${width},${height}" fill="hsl(${hue},35%,${light}%)"/>`
}

const tree = (random: () => number, width: number, height: number): string => {
  const x = random() * width
  const y = height * (0.78 + random() * 0.2)
  const size = height * (0.03 + random() * 0.05)
  return `<polygon points="${x},${y - size * 2} ${x - size / 2},${y} ${x + size / 2},${y}" fill="hsl(130,40%,${12 + random() * 14}%)"/>`
}

/** mulberry32: the same seed always gives the same scene. */
const randomOf = (seed: number) => {
  let state = seed * 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
