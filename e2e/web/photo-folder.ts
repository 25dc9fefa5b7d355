import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import sharp from "sharp"
import { exifSegment } from "../../local/demo-photos/exif-segment.ts"
import { renderScene } from "../../local/demo-photos/scene.ts"
import { shots } from "../../local/demo-photos/shots.ts"

/** Shapes of photos: 3:2, 4:3, square, portrait, panorama. */
const shapes = [
  [960, 640],
  [960, 720],
  [720, 720],
  [640, 960],
  [1280, 480],
  [720, 960],
] as const

const startOfImage = 2

/**
 * Writes small JPEGs of different scenes, shapes and times of capture into `folder`. No two have the same bytes.
 * @param options.first number of the first photo; folders with different numbers have no photo in common
 * @returns their paths
 */
export const photoFolder = async (
  folder: string,
  { count, first = 0, scenes = 12 }: { count: number; first?: number; scenes?: number },
): Promise<string[]> => {
  await mkdir(folder, { recursive: true })
  const pictures = await Promise.all(
    Array.from({ length: scenes }, (_, index) => picture(index, shapes[index % shapes.length] ?? shapes[0])),
  )
  return Promise.all(
    shots(first + count)
      .slice(first)
      .map(async (shot, offset) => {
        const index = first + offset
        const jpeg = pictures[index % pictures.length] ?? Buffer.alloc(0)
        const takenAt = captureTime(index)
        const segment = await exifSegment({ ...shot, orientation: 1, takenAt })
        const path = join(folder, `IMG_${String(index + 1).padStart(4, "0")}.jpg`)
        await writeFile(
          path,
          Buffer.concat([jpeg.subarray(0, startOfImage), segment, jpeg.subarray(startOfImage)]),
        )
        return path
      }),
  )
}

const picture = async (seed: number, [width, height]: readonly [number, number]): Promise<Buffer> =>
  sharp(await renderScene({ seed: seed + 1, orientation: 1, scale: 0.2 }))
    .resize(width, height, { fit: "cover" })
    .modulate({ hue: (seed * 47) % 360 })
    .jpeg({ quality: 82 })
    .toBuffer()

/** Photos of trips: some 25 in one month, then none for a while. */
const captureTime = (index: number): string => {
  const trip = Math.floor(index / 25)
  const inTrip = index % 25
  const date = new Date(
    Date.UTC(2026, 9 - 2 * trip, 3 + (inTrip % 9), 8 + (inTrip % 11), (index * 13) % 60, index % 60),
  )
  return date.toISOString().slice(0, 19).replaceAll("-", ":").replace("T", " ")
}
