import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { exifSegment } from "./exif-segment.ts"
import { renderScene } from "./scene.ts"
import { orientations, type Shot, shots } from "./shots.ts"

/** Grows when the generator changes, so that cached photos are made anew. */
const generation = 2

/**
 * Paths of `count` JPEGs as phones and cameras make them: 12–24 megapixel, 2–6 MB, every orientation, with camera,
 * lens, time, place and exposure in their EXIF. Made once, then taken from `dir`, which holds nothing else.
 * @param options.scale of the edges; below 1 for tests
 */
export const demoPhotos = async (options: {
  count: number
  dir: string
  scale?: number
}): Promise<readonly string[]> => {
  const { count, dir, scale = 1 } = options
  const folder = join(dir, `generation-${generation}-scale-${scale}`)
  await mkdir(folder, { recursive: true })
  await removeAllBut(folder, dir)

  const photos = shots(count).map((shot, index) => ({ shot, path: join(folder, nameOf(index)) }))
  const present = new Set(await readdir(folder))
  const scenes = Map.groupBy(
    photos.keys().filter((index) => !present.has(nameOf(index))),
    (index) => index % sceneCount,
  )
  const missing = [...scenes].map(([scene, indexes]) => ({ scene, photos: indexes.flatMap((i) => photos[i] ?? []) }))
  await Promise.all(Array.from({ length: parallelScenes }, () => makeUntilEmpty(missing, scale)))
  return photos.map(({ path }) => path)
}
