import { mkdtemp, readFile, rm, stat, unlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import exifr from "exifr"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { demoPhotos } from "./demo-photos.ts"
import { shots } from "./shots.ts"

let dir: string
const options = () => ({ count: 8, dir, scale: 0.1 })
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "demo-photos-"))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test("every photo has the EXIF of its shot and is upright after applying its orientation", async () => {
  const paths = await demoPhotos(options())
  for (const [index, shot] of shots(8).entries()) {
    const path = paths[index] ?? ""
    expect(await exifr.parse(path, { reviveValues: false, translateValues: false })).toMatchObject({
      Make: shot.make,
      Model: shot.model,
      LensModel: shot.lens,
      DateTimeOriginal: shot.takenAt,
      OffsetTimeOriginal: shot.offset,
      Orientation: shot.orientation,
      ISO: shot.iso,
      latitude: expect.closeTo(shot.latitude, 5),
      longitude: expect.closeTo(shot.longitude, 5),
    })
    const { data, info } = await sharp(path)
      .autoOrient()
      .resize(8, 6, { fit: "fill" })
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(info.channels).toBe(3)
    expect(data[2], "blue at the top").toBeGreaterThan(data[2 + 5 * 8 * 3] ?? 255)
  }
})

test("photos are generated once, and again if one is missing", async () => {
  const [first = "", second = ""] = await demoPhotos(options())
  const { mtimeMs } = await stat(first)
  await demoPhotos(options())
  expect((await stat(first)).mtimeMs).toBe(mtimeMs)
  await unlink(second)
  const again = await demoPhotos(options())
  expect(again).toHaveLength(8)
  expect((await readFile(second)).length).toBeGreaterThan(0)
})

test("fewer photos are the first of those that are cached", async () => {
  const eight = await demoPhotos(options())
  let generations = 0
  const three = await demoPhotos({ ...options(), count: 3, onGenerate: () => (generations += 1) })
  expect(three).toEqual(eight.slice(0, 3))
  await demoPhotos({ ...options(), onGenerate: () => (generations += 1) })
  expect(generations).toBe(0)
  await demoPhotos({ ...options(), count: 9, onGenerate: () => (generations += 1) })
  expect(generations).toBe(1)
})
