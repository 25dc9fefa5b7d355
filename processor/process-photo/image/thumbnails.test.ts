import sharp, { type Color, type Sharp } from "sharp"
import { thumbHashToAverageRGBA, thumbHashToRGBA } from "thumbhash"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { PhotoType } from "../../../domain/photo-type.ts"
import { startTestExaminer, type TestExaminer } from "./testing/test-examiner.ts"
import { redAboveBlue } from "./testing/test-photos.ts"

let examiner: TestExaminer
beforeAll(async () => {
  examiner = await startTestExaminer()
})
afterAll(() => examiner.end())

describe("thumbnails", () => {
  const stored = {
    1: (image: Sharp) => image,
    2: (image: Sharp) => image.flop(),
    3: (image: Sharp) => image.rotate(180),
    4: (image: Sharp) => image.flip(),
    5: (image: Sharp) => image.flop().rotate(270),
    6: (image: Sharp) => image.rotate(270),
    7: (image: Sharp) => image.flop().rotate(90),
    8: (image: Sharp) => image.rotate(90),
  }

  test.each(Object.entries(stored))(
    "are upright when the photo is stored with orientation %s",
    async (orientation, turn) => {
      const photo = await turn(redAboveBlue())
        .jpeg()
        .withMetadata({ orientation: Number(orientation) })
        .toBuffer()
      const { facts, thumbnails } = await examiner.accept(photo)
      expect(facts).toMatchObject({ width: 1600, height: 1200, exif: { orientation: Number(orientation) } })
      for (const { webp, width, height } of thumbnails) {
        expect(width / height).toBeCloseTo(4 / 3, 1)
        const { data } = await sharp(webp)
          .resize(1, 2, { fit: "fill" })
          .raw()
          .toBuffer({ resolveWithObject: true })
        expect(
          [data[0], data[5]].map((level) => (level ?? 0) > 128),
          "red above, blue below",
        ).toEqual([true, true])
      }
    },
  )

  test("are WebP of 1024 and 256 px without metadata, and never larger than the photo", async () => {
    const photo = await redAboveBlue()
      .jpeg()
      .withExif({ IFD0: { Make: "Maker" } })
      .withIccProfile("p3")
      .toBuffer()
    const { thumbnails } = await examiner.accept(photo)
    expect(thumbnails.map(({ variant, width, height }) => [variant, width, height])).toEqual([
      [1024, 1024, 768],
      [256, 256, 192],
    ])
    for (const { webp, bytes } of thumbnails) {
      expect(webp.length).toBe(bytes)
      const metadata = await sharp(webp).metadata()
      expect(metadata).toMatchObject({ format: "webp", space: "srgb" })
      expect([metadata.exif, metadata.icc, metadata.xmp]).toEqual([undefined, undefined, undefined])
    }
    const small = await sharp({ create: { width: 3, height: 2, channels: 3, background: "red" } })
      .png()
      .toBuffer()
    expect((await examiner.accept(small, "image/png")).thumbnails.map(({ width }) => width)).toEqual([3, 3])
  })
})

describe("a ThumbHash", () => {
  const hashOf = async (photo: Uint8Array, type?: PhotoType) =>
    Buffer.from((await examiner.accept(photo, type)).facts.thumbhash, "base64")

  test.each([1, 3, 6, 8])("is of the upright picture, stored with orientation %i", async (orientation) => {
    const turns: Record<number, number> = { 1: 0, 3: 180, 6: 270, 8: 90 }
    const photo = await redAboveBlue()
      .rotate(turns[orientation] ?? 0)
      .jpeg()
      .withMetadata({ orientation })
      .toBuffer()
    const { w, h, rgba } = thumbHashToRGBA(await hashOf(photo))
    expect(w / h).toBeCloseTo(4 / 3, 0)
    const redAndBlueAt = (x: number, y: number) => [0, 2].map((channel) => rgba[4 * (y * w + x) + channel])
    const [above, below] = [redAndBlueAt(w >> 1, 2), redAndBlueAt(w >> 1, h - 3)]
    expect(above[0], "red above").toBeGreaterThan((above[1] ?? 0) + 100)
    expect(below[1], "blue below").toBeGreaterThan((below[0] ?? 0) + 100)
  })

  test("keeps colours, greys and transparency, of one pixel too", async () => {
    const of = (channels: 3 | 4, background: Color, size = 40) =>
      sharp({ create: { width: size, height: size, channels, background } })
    const averageOf = async (picture: Sharp) => {
      const { r, g, b, a } = thumbHashToAverageRGBA(await hashOf(await picture.png().toBuffer(), "image/png"))
      return [r, g, b, a].map((level) => Math.round(level * 10) / 10)
    }
    expect(await averageOf(of(3, "#ffffff"))).toEqual([1, 1, 1, 1])
    expect(await averageOf(of(3, "#808080").toColourspace("b-w"))).toEqual([0.5, 0.5, 0.5, 1])
    expect((await averageOf(of(4, { r: 255, g: 0, b: 0, alpha: 0.5 })))[3]).toBe(0.5)
    expect(await averageOf(of(3, "#ff0000", 1))).toEqual([1, 0, 0, 1])
  })
})
