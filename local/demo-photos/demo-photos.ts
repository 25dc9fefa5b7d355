import { createHash } from "node:crypto"
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { exifSegment } from "./exif-segment.ts"
import { renderScene } from "./scene.ts"
import { orientations, shots } from "./shots.ts"

/** Incremented when the generator changes, so that cached photos are regenerated. */
const generation = 1

/**
 * Returns the paths of `count` JPEGs like those of phones and cameras: 12 to 24 megapixels, 2 to 6 MB, every orientation,
 * with camera, lens, time, location and exposure in their EXIF. They are cached in `dir`: a later call with the same or a
 * smaller count generates nothing.
 * @param options.scale factor of width and height, below 1 for tests
 * @param options.onGenerate called before photos are generated, which takes up to a few minutes
 */
export const demoPhotos = async (options: {
  count: number
  dir: string
  scale?: number
  onGenerate?: () => void
}): Promise<readonly string[]> => {
  const { count, dir, scale = 1, onGenerate } = options
  const folder = join(dir, createHash("sha256").update(`${generation} ${scale}`).digest("hex").slice(0, 12))
  const names = Array.from({ length: count }, (_, index) => nameOf(index))
  const cached = new Set(await readdir(folder).catch(() => []))
  if (!names.every((name) => cached.has(name))) {
    onGenerate?.()
    // The directory contains photos of another generation, too few, or the result of an interrupted run.
    await rm(dir, { recursive: true, force: true })
    const unfinished = `${folder}.new`
    await mkdir(unfinished, { recursive: true })
    await writePhotos(unfinished, count, scale)
    await rename(unfinished, folder)
  }
  return names.map((name) => join(folder, name))
}

const nameOf = (index: number) => `IMG_${String(index + 1).padStart(4, "0")}.jpg`

const writePhotos = async (folder: string, count: number, scale: number): Promise<void> => {
  const scenes = await Promise.all(
    orientations.map((orientation, index) => renderScene({ seed: index + 1, orientation, scale })),
  )
  for (const [index, shot] of shots(count).entries()) {
    const photo = withSegment(scenes[index % scenes.length] ?? Buffer.alloc(0), await exifSegment(shot))
    await writeFile(join(folder, nameOf(index)), photo)
  }
}

const startOfImage = 2

/** EXIF is the first segment after the start of the image (EXIF 2.32 §4.5.4). */
const withSegment = (jpeg: Buffer, segment: Buffer): Buffer =>
  Buffer.concat([jpeg.subarray(0, startOfImage), segment, jpeg.subarray(startOfImage)])
