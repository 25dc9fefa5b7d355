import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import exifr from "exifr"
import sharp, { type Sharp } from "sharp"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { PhotoType } from "../../../domain/photo-type.ts"
import { type ImageExaminer, startImageExaminer } from "./image-examiner.ts"

let directory: string
let examiner: ImageExaminer
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "examiner-"))
  const limits = { maxPixels: 300_000_000, maxMs: 20_000, maxDecodedBytes: 400 * 1024 * 1024 }
  examiner = startImageExaminer({ threads: 2, limits })
})
afterAll(async () => {
  await examiner.close()
  await rm(directory, { recursive: true, force: true })
})

let files = 0
const examine = async (bytes: Uint8Array | string, type: PhotoType = "image/jpeg") => {
  return examiner.examine(await saved(bytes), type, new AbortController().signal)
}
// The examiner's threads allow libvips to read from files only, in the whole process.
const saved = async (bytes: Uint8Array | string) => {
  files += 1
  const path = join(directory, String(files))
  await writeFile(path, bytes)
  return path
}
const accepted = async (bytes: Uint8Array, type?: PhotoType) => {
  const examined = await examine(bytes, type)
  if (!examined.ok) throw new Error(`${examined.error.reason}: ${examined.error.detail}`)
  return examined.value
}
const reasonOf = async (bytes: Uint8Array | string, type?: PhotoType) => {
  const examined = await examine(bytes, type)
  return examined.ok ? "accepted" : examined.error.reason
}

/** Red above blue, wider than high. */
const uprightPixels = Buffer.from(
  Array.from({ length: 1600 * 1200 * 3 }, (_, at) => {
    const isAbove = at < 1600 * 600 * 3
    return at % 3 === (isAbove ? 0 : 2) ? 255 : 0
  }),
)
const upright = () => sharp(uprightPixels, { raw: { width: 1600, height: 1200, channels: 3 } })
const jpeg = async () => (await upright().jpeg().toBuffer()) as Uint8Array
const noisy = () =>
  sharp({
    create: {
      width: 800,
      height: 600,
      channels: 3,
      background: "grey",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  })
const joined = (...parts: (Uint8Array | string)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)))
const segment = (code: number, body: string) => {
  const head = Buffer.from([0xff, code, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return joined(head, body)
}
const afterStart = (photo: Uint8Array, inserted: Uint8Array) =>
  joined(photo.subarray(0, 2), inserted, photo.subarray(2))

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
    "stand upright when the photo is stored with orientation %s",
    async (orientation, turn) => {
      const photo = await turn(upright())
        .jpeg()
        .withMetadata({ orientation: Number(orientation) })
        .toBuffer()
      const { facts, thumbnails } = await accepted(photo)
      expect(facts).toMatchObject({ width: 1600, height: 1200, exif: { orientation: Number(orientation) } })
      for (const { webp, width, height } of thumbnails) {
        expect(width / height).toBeCloseTo(4 / 3, 1)
        const { data } = await sharp(await saved(webp))
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

  test("are WebP of 1024 and 256 px without any metadata, and never larger than the photo", async () => {
    const photo = await upright()
      .jpeg()
      .withExif({ IFD0: { Make: "Maker" } })
      .withIccProfile("p3")
      .toBuffer()
    const { thumbnails } = await accepted(photo)
    expect(thumbnails.map(({ variant, width, height }) => [variant, width, height])).toEqual([
      [1024, 1024, 768],
      [256, 256, 192],
    ])
    for (const { webp, bytes } of thumbnails) {
      expect(webp.length).toBe(bytes)
      const metadata = await sharp(await saved(webp)).metadata()
      expect(metadata).toMatchObject({ format: "webp", space: "srgb" })
      expect([metadata.exif, metadata.icc, metadata.xmp]).toEqual([undefined, undefined, undefined])
    }
    const small = await sharp({ create: { width: 3, height: 2, channels: 3, background: "red" } })
      .png()
      .toBuffer()
    expect((await accepted(small, "image/png")).thumbnails.map(({ width }) => width)).toEqual([3, 3])
  })
})

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
    const photo = await upright().resize(64).toFormat(format).withExif(exif).toBuffer()
    const { facts } = await accepted(photo, `image/${format}`)
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
    "has no time when the camera's clock said %j",
    async (DateTimeOriginal) => {
      const photo = await upright().resize(64).jpeg().withExif({ IFD2: { DateTimeOriginal } }).toBuffer()
      expect((await accepted(photo)).facts.exif.dateTimeOriginal).toBeNull()
    },
  )

  test("is JSON without NaN, NUL or markup that anyone would run, whatever is in it", async () => {
    const IFD0 = { Make: "A\u0001\u0007B", ImageDescription: "<script>alert(1)</script>" }
    const IFD3 = { GPSLatitude: "0/0 0/0 0/0", GPSLatitudeRef: "N" }
    const { facts } = await accepted(await upright().resize(64).jpeg().withExif({ IFD0, IFD3 }).toBuffer())
    expect(JSON.parse(JSON.stringify(facts.exif))).toEqual(facts.exif)
    expect(facts.exif).toMatchObject({
      latitude: null,
      longitude: null,
      description: "<script>alert(1)</script>",
    })
    expect(facts.exif.make).not.toMatch(/\p{Cc}/u)
  })

  test("that is garbage costs the photo nothing but its EXIF", async () => {
    const block = `Exif\0\0II*\0\xff\xff\xff\xff${"\xee".repeat(200)}`
    const { facts } = await accepted(afterStart(await jpeg(), segment(0xe1, block)))
    expect(Object.values(facts.exif).every((value) => value === null)).toBe(true)
  })
})

describe("a file that is no photo is refused whatever it is called", () => {
  test.each([
    ["an SVG", '<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'],
    ["a PDF", "%PDF-1.7\n1 0 obj"],
    ["a web page", "<!doctype html><script>alert(1)</script>"],
    ["an ImageMagick script", "push graphic-context\nimage over 0,0 0,0 'https://example.com/'"],
    ["noise", Buffer.alloc(5000, 7)],
  ])("%s", async (_, bytes) => {
    expect(await reasonOf(bytes)).toBe("UNSUPPORTED_TYPE")
  })

  test.each([
    ["a photo that is an archive too", async () => joined(await jpeg(), "PK\x05\x06", Buffer.alloc(18))],
    [
      "a photo with a script in a comment",
      async () => afterStart(await jpeg(), segment(0xfe, "<script>alert(1)</script>")),
    ],
    [
      "a photo with a web page behind it",
      async () => joined(await jpeg(), "<html><body>hello</body></html>"),
    ],
    ["a photo that is a PDF too", async () => afterStart(await jpeg(), segment(0xfe, "%PDF-1.4 1 0 obj"))],
  ])("%s", async (_, photo) => {
    expect(await reasonOf(await photo())).toBe("UNSUPPORTED_TYPE")
  })

  test("but the film behind a motion photo is welcome", async () => {
    const film = joined("\0\0\0\x18ftypmp42\0\0\0\0mp42isom", Buffer.alloc(5000, 3))
    expect(await reasonOf(joined(await jpeg(), film))).toBe("accepted")
  })
})

describe("a photo", () => {
  test("of another type than announced is a mismatch, and HEIC and HEIF are one type", async () => {
    expect(await reasonOf(await upright().png().toBuffer(), "image/jpeg")).toBe("TYPE_MISMATCH")
  })

  test.each(["jpeg", "png", "webp", "gif", "tiff"] as const)("cut short is corrupt: %s", async (format) => {
    const photo = await noisy().toFormat(format).toBuffer()
    expect(await reasonOf(photo.subarray(0, photo.length * 0.6), `image/${format}`)).toBe("CORRUPT")
  })

  test("with stray bytes before a marker, which every viewer shows, is taken and marked", async () => {
    const photo = await noisy().jpeg().toBuffer()
    const endOfFirstSegment = 4 + photo.readUInt16BE(4)
    const stray = joined(photo.subarray(0, endOfFirstSegment), "\x12\x34", photo.subarray(endOfFirstSegment))
    const { facts } = await accepted(stray)
    expect(facts.isDegraded).toBe(true)
  })

  test("of no bytes is corrupt", async () => {
    expect(await reasonOf("")).toBe("CORRUPT")
  })

  test("with more pixels than allowed is refused by its header alone", async () => {
    const header = Buffer.from(
      "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x75\x30\0\0\x75\x30\x08\x02\0\0\0\0\0\0\0",
      "latin1",
    )
    expect(await reasonOf(header, "image/png")).toBe("DIMENSIONS_EXCEEDED")
  })

  test("that can only be decoded whole is refused when that takes too much memory", async () => {
    const header = Buffer.from(
      "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x3a\x98\0\0\x3a\x98\x08\x02\0\0\x01\0\0\0\0",
      "latin1",
    )
    expect(await reasonOf(header, "image/png")).toBe("DIMENSIONS_EXCEEDED")
  })
})

describe("an examination", () => {
  test("that takes too long is ended, and the next photo is examined all the same", async () => {
    const hasty = startImageExaminer({
      threads: 1,
      limits: { maxPixels: 3e8, maxMs: 1, maxDecodedBytes: 4e8 },
    })
    const path = join(directory, "slow")
    await writeFile(path, await noisy().resize(6000).jpeg().toBuffer())
    for (let photo = 0; photo < 2; photo += 1)
      expect(await hasty.examine(path, "image/jpeg", new AbortController().signal)).toMatchObject({
        error: { reason: "PROCESSING_ERROR" },
      })
    await hasty.close()
  })

  test("that is aborted says why it was, not that the photo is bad", async () => {
    const path = join(directory, "aborted")
    await writeFile(path, await jpeg())
    await expect(
      examiner.examine(path, "image/jpeg", AbortSignal.abort(new Error("stopping"))),
    ).rejects.toThrow()
  })
})

describe("the maintainers' samples", () => {
  const samples = join(import.meta.dirname, "../../../../shared/samples/good")

  test("have the EXIF that exifr reads", async ({ skip }) => {
    const names = await readdir(samples).catch(() => null)
    if (!names) return skip("../shared/samples is not here")
    for (const name of names.filter((each) => /\.(jpg|heic)$/.test(each))) {
      const path = join(samples, name)
      const type = name.endsWith("heic") ? "image/heic" : "image/jpeg"
      const examined = await examiner.examine(path, type, new AbortController().signal)
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
