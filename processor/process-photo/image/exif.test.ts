import { readdir } from "node:fs/promises"
import { join } from "node:path"
import exifr from "exifr"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { samplesFolder } from "./testing/samples.ts"
import { startTestExaminer, type TestExaminer } from "./testing/test-examiner.ts"
import { jpegSegment, redAboveBlue, redAboveBlueJpeg, withFirstSegment } from "./testing/test-photos.ts"

let examiner: TestExaminer
beforeAll(async () => {
  examiner = await startTestExaminer()
})
afterAll(() => examiner.end())

const small = () => redAboveBlue().resize(64)

describe("EXIF", () => {
  const exif = {
    IFD0: { Make: "Maker", Model: "Model" },
    IFD2: {
      DateTimeOriginal: "2026:07:01 10:20:30",
      OffsetTimeOriginal: "-03:00",
      ExposureTime: "1/250",
      FNumber: "28/10",
      ISOSpeedRatings: "400",
      FocalLength: "35/1",
    },
    IFD3: {
      GPSLatitudeRef: "S",
      GPSLatitude: "22/1 57/1 684/100",
      GPSLongitudeRef: "W",
      GPSLongitude: "43/1 12/1 3780/100",
    },
  }

  test.each(["jpeg", "png", "webp", "avif"] as const)("is read from a %s", async (format) => {
    const photo = await small().toFormat(format).withExif(exif).toBuffer()
    const { facts } = await examiner.accept(photo, `image/${format}`)
    expect(facts.exif).toMatchObject({
      make: "Maker",
      model: "Model",
      dateTimeOriginal: "2026-07-01T10:20:30",
      offsetTimeOriginal: "-03:00",
      exposureTime: 0.004,
      fNumber: 2.8,
      iso: 400,
      focalLength: 35,
      latitude: expect.closeTo(-22.9519, 6),
      longitude: expect.closeTo(-43.2105, 6),
    })
  })

  test.each(["0000:00:00 00:00:00", "2026:13:01 10:00:00", "    :  :     :  :  "])(
    "has no capture time when the camera wrote %j",
    async (DateTimeOriginal) => {
      const photo = await small().jpeg().withExif({ IFD2: { DateTimeOriginal } }).toBuffer()
      expect((await examiner.accept(photo)).facts.exif.dateTimeOriginal).toBeNull()
    },
  )

  test("is JSON without NaN or NUL, and markup in it stays text", async () => {
    const IFD0 = { Make: "A\u0001\u0007B", ImageDescription: "<script>alert(1)</script>" }
    const IFD3 = { GPSLatitude: "0/0 0/0 0/0", GPSLatitudeRef: "N" }
    const { facts } = await examiner.accept(await small().jpeg().withExif({ IFD0, IFD3 }).toBuffer())
    expect(JSON.parse(JSON.stringify(facts.exif))).toEqual(facts.exif)
    expect(facts.exif).toMatchObject({
      latitude: null,
      longitude: null,
      description: "<script>alert(1)</script>",
    })
    expect(facts.exif.make).not.toMatch(/\p{Cc}/u)
  })

  test("is empty if its block is invalid; the photo is accepted", async () => {
    const block = `Exif\0\0II*\0\xff\xff\xff\xff${"\xee".repeat(200)}`
    const { facts } = await examiner.accept(
      withFirstSegment(await redAboveBlueJpeg(), jpegSegment(0xe1, block)),
    )
    expect(Object.values(facts.exif).every((value) => value === null)).toBe(true)
  })

  test("of the maintainers' samples equals the output of exifr", async ({ skip }) => {
    if (!samplesFolder) return skip("shared/samples is absent")
    const samples = join(samplesFolder, "good")
    const names = await readdir(samples)
    for (const name of names.filter((each) => /\.(jpg|heic)$/.test(each))) {
      const path = join(samples, name)
      const type = name.endsWith("heic") ? "image/heic" : "image/jpeg"
      const examined = await examiner.examineContent(path, type)
      const theirs = (await exifr.parse(path, { reviveValues: false, translateValues: false })) ?? {}
      expect(examined, name).toMatchObject({
        value: {
          facts: {
            exif: {
              make: theirs.Make ?? null,
              model: theirs.Model ?? null,
              lens: theirs.LensModel ?? null,
              iso: theirs.ISO ?? null,
              fNumber: theirs.FNumber ?? null,
              latitude: theirs.latitude === undefined ? null : expect.closeTo(theirs.latitude, 6),
              longitude: theirs.longitude === undefined ? null : expect.closeTo(theirs.longitude, 6),
            },
          },
        },
      })
    }
  })
})
