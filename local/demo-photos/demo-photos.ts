import { createHash } from "node:crypto"
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { exifSegment } from "./exif-segment.ts"
import { renderScene } from "./scene.ts"
import { orientations, shots } from "./shots.ts"

/** Incremented when the generator changes, so that cached photos are regenerated. */
const generation = 1

/**
 * Generates `count` JPEGs like those of phones and cameras: 12 to 24 megapixels, 2 to 6 MB, every orientation, with
 * camera, lens, time, location and exposure in their EXIF. They are cached in `dir`.
 * @param options.scale factor of width and height, below 1 for tests
 * @returns their paths
 */
export const demoPhotos = async (options: {
  count: number
  dir: string
  scale?: number
}): Promise<readonly string[]> => {
  const { count, dir, scale = 1 } = options
  const name = createHash("sha256").update(`${generation} ${count} ${scale}`).digest("hex").slice(0, 12)
  const folder = join(dir, name)
  const known = await readdir(folder).catch(() => [])
  if (known.length === count) return known.sort().map((file) => join(folder, file))

  // The directory holds another generation, or the result of an interrupted run.
  await rm(dir, { recursive: true, force: true })
  const unfinished = `${folder}.new`
  await mkdir(unfinished, { recursive: true })
  const scenes = await Promise.all(
    orientations.map(async (orientation, index) => {
      const path = join(dir, `scene-${index}`)
      await writeFile(path, await renderScene({ seed: index + 1, orientation, scale }))
      return path
    }),
  )
  for (const [index, shot] of shots(count).entries()) {
    const scene = await readFile(scenes[index % scenes.length] ?? "")
    const photo = withSegment(scene, await exifSegment(shot))
    await writeFile(join(unfinished, `IMG_${String(index + 1).padStart(4, "0")}.jpg`), photo)
  }
  await Promise.all(scenes.map((scene) => rm(scene)))
  await rename(unfinished, folder)
  return demoPhotos(options)
}

const startOfImage = 2

/** EXIF is the first segment after the start of the image (EXIF 2.32 §4.5.4). */
const withSegment = (jpeg: Buffer, segment: Buffer): Buffer =>
  Buffer.concat([jpeg.subarray(0, startOfImage), segment, jpeg.subarray(startOfImage)])
