import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startImageExaminer } from "./image-examiner.ts"
import { shared, startTestExaminer, type TestExaminer, testLimits } from "./testing/test-examiner.ts"
import { joined, noise, redAboveBlue, redAboveBlueJpeg } from "./testing/test-photos.ts"

let examiner: TestExaminer
beforeAll(async () => {
  examiner = await startTestExaminer()
})
afterAll(() => examiner.end())

describe("a file that is not a photo is rejected, regardless of its name", () => {
  test.each([
    ["an SVG", '<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>'],
    ["a PDF", "%PDF-1.7\n1 0 obj"],
    ["a web page", "<!doctype html><script>alert(1)</script>"],
    ["an ImageMagick script", "push graphic-context\nimage over 0,0 0,0 'https://example.com/'"],
    ["noise", Buffer.alloc(5000, 7)],
  ])("%s", async (_, bytes) => {
    expect(await examiner.outcomeOf(bytes)).toBe("UNSUPPORTED_TYPE")
  })
})

describe("a photo", () => {
  test.each(["jpeg", "png", "webp", "gif", "tiff", "avif"] as const)(
    "has the same outcome from a file and from memory: %s",
    async (format) => {
      const photo = await redAboveBlue().toFormat(format).toBuffer()
      const fromFile = await examiner.examine(photo, `image/${format}`)
      expect(fromFile).toMatchObject({ ok: true, value: { facts: { width: 1600, isDegraded: false } } })
      expect(await examiner.examineContent(shared(photo), `image/${format}`)).toEqual(fromFile)
    },
  )

  test("whose type differs from the declared type is a mismatch", async () => {
    expect(await examiner.outcomeOf(await redAboveBlue().png().toBuffer(), "image/jpeg")).toBe(
      "TYPE_MISMATCH",
    )
  })

  test.each(["jpeg", "png", "webp", "gif", "tiff"] as const)(
    "that is truncated is corrupt: %s",
    async (format) => {
      const photo = await noise().toFormat(format).toBuffer()
      expect(await examiner.outcomeOf(photo.subarray(0, photo.length * 0.6), `image/${format}`)).toBe(
        "CORRUPT",
      )
    },
  )

  test("with stray bytes before a marker, which viewers tolerate, is accepted as degraded", async () => {
    const photo = await noise().jpeg().toBuffer()
    const endOfFirstSegment = 4 + photo.readUInt16BE(4)
    const stray = joined(photo.subarray(0, endOfFirstSegment), "\x12\x34", photo.subarray(endOfFirstSegment))
    const { facts } = await examiner.accept(stray)
    expect(facts.isDegraded).toBe(true)
  })

  test("without bytes is corrupt", async () => {
    expect(await examiner.outcomeOf("")).toBe("CORRUPT")
  })

  test("with too many pixels is rejected from its header, without decoding", async () => {
    const header = joined("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x75\x30\0\0\x75\x30\x08\x02\0\0\0\0\0\0\0")
    expect(await examiner.outcomeOf(header, "image/png")).toBe("DIMENSIONS_EXCEEDED")
  })

  test("that can only be decoded as a whole is rejected if that takes too much memory", async () => {
    const header = joined("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x3a\x98\0\0\x3a\x98\x08\x02\0\0\x01\0\0\0\0")
    expect(await examiner.outcomeOf(header, "image/png")).toBe("DIMENSIONS_EXCEEDED")
  })
})

describe("an examination", () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "examiner-"))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  test("that takes too long is stopped, and the next photo is examined", async () => {
    const hasty = startImageExaminer({ threads: 1, limits: { ...testLimits, maxMs: 1 } })
    const path = join(directory, "slow")
    await writeFile(path, await noise().resize(6000).jpeg().toBuffer())
    for (let photo = 0; photo < 2; photo += 1)
      expect(await hasty.examine(path, "image/jpeg", new AbortController().signal)).toMatchObject({
        error: { reason: "PROCESSING_ERROR" },
      })
    await hasty.close()
  })

  test("that is aborted throws the signal's reason", async () => {
    const stopping = startImageExaminer({ threads: 1, limits: testLimits })
    const path = join(directory, "aborted")
    await writeFile(path, await redAboveBlueJpeg())
    await expect(
      stopping.examine(path, "image/jpeg", AbortSignal.abort(new Error("stopping"))),
    ).rejects.toThrow("stopping")
    await stopping.close()
  })
})
