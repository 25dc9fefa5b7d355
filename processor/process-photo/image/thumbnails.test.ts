import sharp, { type Sharp } from "sharp"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
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
