import { readdir } from "node:fs/promises"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { PhotoType } from "../../../domain/photo-type.ts"
import { samplesFolder } from "./testing/samples.ts"
import { startTestExaminer, type TestExaminer } from "./testing/test-examiner.ts"
import { heicOf } from "./testing/test-heic.ts"
import {
  joined,
  jpegSegment,
  noise,
  pngChunk,
  redAboveBlueJpeg,
  withFirstSegment,
} from "./testing/test-photos.ts"

let examiner: TestExaminer
beforeAll(async () => {
  examiner = await startTestExaminer()
})
afterAll(() => examiner.end())

const page = "<html><body><script>alert(1)</script></body></html>"
const zip = joined("PK\x03\x04", Buffer.alloc(40), "PK\x05\x06", Buffer.alloc(18))
const jpegWithComment = async (comment: string) =>
  withFirstSegment(await redAboveBlueJpeg(), jpegSegment(0xfe, comment))

describe("a photo that viewers can show completes, and other content in its file is reported", () => {
  test.each<[what: string, photo: () => Promise<Uint8Array>, type: PhotoType, anomalies: string[]]>([
    ["nothing", redAboveBlueJpeg, "image/jpeg", []],
    [
      "a web page after a JPEG",
      async () => joined(await redAboveBlueJpeg(), page),
      "image/jpeg",
      ["TRAILING_DATA", "EMBEDDED_MARKUP"],
    ],
    [
      "a ZIP after a JPEG",
      async () => joined(await redAboveBlueJpeg(), zip),
      "image/jpeg",
      ["TRAILING_DATA", "EMBEDDED_ARCHIVE"],
    ],
    ["a web page in a comment", () => jpegWithComment(page), "image/jpeg", ["EMBEDDED_MARKUP"]],
    ["a PDF in a comment", () => jpegWithComment("%PDF-1.4 1 0 obj"), "image/jpeg", ["EMBEDDED_DOCUMENT"]],
    [
      "text after a JPEG",
      async () => joined(await redAboveBlueJpeg(), "hello"),
      "image/jpeg",
      ["TRAILING_DATA"],
    ],
    [
      "padding after a JPEG",
      async () => joined(await redAboveBlueJpeg(), Buffer.alloc(3000)),
      "image/jpeg",
      [],
    ],
    [
      "a web page after a PNG",
      async () => joined(await noise().png().toBuffer(), page),
      "image/png",
      ["TRAILING_DATA", "EMBEDDED_MARKUP"],
    ],
    [
      "a web page in a PNG's text",
      async () => {
        const png = await noise().png().toBuffer()
        return joined(png.subarray(0, 33), pngChunk("tEXt", joined("Comment\0", page)), png.subarray(33))
      },
      "image/png",
      ["EMBEDDED_MARKUP"],
    ],
    [
      "a web page after a WebP",
      async () => joined(await noise().webp().toBuffer(), page),
      "image/webp",
      ["TRAILING_DATA", "EMBEDDED_MARKUP"],
    ],
    [
      "a ZIP after a GIF",
      async () => joined(await noise().gif().toBuffer(), zip),
      "image/gif",
      ["TRAILING_DATA", "EMBEDDED_ARCHIVE"],
    ],
    [
      "a web page after a HEIC",
      async () => joined(heicOf(), page),
      "image/heic",
      ["TRAILING_DATA", "EMBEDDED_MARKUP"],
    ],
    [
      "a ZIP after an AVIF",
      async () => joined(await noise().resize(64).avif().toBuffer(), zip),
      "image/avif",
      ["TRAILING_DATA", "EMBEDDED_ARCHIVE"],
    ],
    // 10,799 × 1 px: the first bytes are GIF89a/*, the start of a comment in JavaScript.
    [
      "a GIF that is also a script",
      () =>
        sharp({ create: { width: 10_799, height: 1, channels: 3, background: "red" } })
          .gif()
          .toBuffer(),
      "image/gif",
      ["EMBEDDED_SCRIPT"],
    ],
    // 61 px wide: GIF89a= was mistaken for a script.
    [
      "a GIF of 61 px",
      () =>
        sharp({ create: { width: 61, height: 9, channels: 3, background: "red" } })
          .gif()
          .toBuffer(),
      "image/gif",
      [],
    ],
  ])("%s", async (_, photo, type, anomalies) => {
    const { facts, thumbnails } = await examiner.accept(await photo(), type)
    expect(facts).toMatchObject({ type, anomalies, isDegraded: false })
    for (const { webp } of thumbnails)
      expect(Buffer.from(webp).toString("latin1"), "thumbnails contain nothing of it").not.toMatch(
        /<html|<script|%PDF|hello/,
      )
  })

  test("the video of a motion photo and a second picture are not anomalies", async () => {
    const video = joined("\0\0\0\x18ftypmp42\0\0\0\0mp42isom", Buffer.alloc(5000, 3))
    const photo = await redAboveBlueJpeg()
    expect((await examiner.accept(joined(photo, video))).facts.anomalies).toEqual([])
    expect((await examiner.accept(joined(photo, Buffer.alloc(100), photo))).facts.anomalies).toEqual([])
    const samsung = joined(photo, "\0\0\x01\x0aImage_UTC_Data1", Buffer.alloc(30, 1), "SEFT")
    expect((await examiner.accept(samsung)).facts.anomalies).toEqual([])
  })

  test("the maintainers' samples have no anomalies", async ({ skip }) => {
    if (!samplesFolder) return skip("shared/samples is absent")
    for (const name of await readdir(join(samplesFolder, "good"))) {
      const extension = name.slice(name.lastIndexOf(".") + 1).replace("jpg", "jpeg")
      const type = `image/${extension}` as PhotoType
      const examined = await examiner.examineContent(join(samplesFolder, "good", name), type)
      expect(examined, name).toMatchObject({ value: { facts: { anomalies: [] } } })
    }
  })
})
