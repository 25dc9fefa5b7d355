import { createHash } from "node:crypto"
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { exifSegment } from "./exif-segment.ts"
import { renderScene } from "./scene.ts"
import { orientations, shots } from "./shots.ts"

/** Grows when the generator changes, so that cached photos are made anew. */
const generation = 1

/**
 * Paths of `count` JPEGs as phones and cameras make them: 12–24 megapixel, 2–6 MB, every orientation, with camera,
 * lens, time, place and exposure in their EXIF. Made once, then taken from `dir`.
 * @param options.scale of the edges; below 1 for tests
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

  // Whatever is there is of another generation or of a run that was interrupted.
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
