import { readFile } from "node:fs/promises"
import { join } from "node:path"
import sharp from "sharp"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bytesIn } from "./byte-source.ts"
import { readHeifHeader } from "./format/heif.ts"
import { samplesFolder } from "./testing/samples.ts"
import { startTestExaminer, type TestExaminer } from "./testing/test-examiner.ts"
import { box, heicOf, uint } from "./testing/test-heic.ts"

let examiner: TestExaminer
beforeAll(async () => {
  examiner = await startTestExaminer()
})
afterAll(() => examiner.end())

/** A copy with changed bytes between two positions, given as fractions of the length. */
const damaged = (
  photo: Buffer,
  from: number,
  to: number,
  change: (byte: number, at: number) => number,
): Buffer => {
  const [start, end] = [Math.floor(photo.length * from), Math.floor(photo.length * to)]
  return Buffer.from(photo.map((byte, at) => (at >= start && at < end ? change(byte, at) : byte)))
}
const zero = () => 0

describe("a HEIC", () => {
  test("is decoded with all its tiles and its size", async () => {
    const { facts, thumbnails } = await examiner.accept(heicOf({ columns: 3, rows: 1 }), "image/heic")
    expect(facts).toMatchObject({ type: "image/heic", width: 768, height: 256, isDegraded: false })
    const [large] = thumbnails
    const { data } = await sharp(large?.webp)
      .resize(1, 2, { fit: "fill" })
      .raw()
      .toBuffer({ resolveWithObject: true })
    const [red = 0, , blue = 0, redBelow = 0, , blueBelow = 0] = data
    expect([red > blue, blueBelow > redBelow], "red above blue").toEqual([true, true])
  })

  test("is rotated according to its `irot` property", async () => {
    const quarterTurn = box("irot", uint(1, 1))
    const photo = heicOf({ columns: 2, rows: 1, properties: [quarterTurn] })
    const { facts, thumbnails } = await examiner.accept(photo, "image/heic")
    expect(facts).toMatchObject({ width: 256, height: 512 })
    expect(thumbnails[0]).toMatchObject({ width: 256, height: 512 })
  })

  test.each([
    ["with a zeroed tile", (bytes: Buffer) => bytes.fill(0)],
    ["with a run of zeros in a tile", (bytes: Buffer) => bytes.fill(0, 1000, 1010)],
    ["with HTML in a tile", (bytes: Buffer) => bytes.fill("<html>", 0)],
    ["with a truncated tile", (bytes: Buffer) => bytes.subarray(0, 2000)],
    ["with a missing tile", (bytes: Buffer) => bytes.subarray(0, 0)],
  ])("%s is corrupt", async (_, damage) => {
    const photo = heicOf({ coded: (bytes, tile) => (tile === 2 ? damage(Buffer.from(bytes)) : bytes) })
    expect(await examiner.outcomeOf(photo, "image/heic")).toBe("CORRUPT")
  })

  test("reserves memory for its whole canvas, not for one tile", () => {
    const decodeBytes = (columns: number, rows: number) => {
      const header = readHeifHeader(bytesIn(heicOf({ columns, rows })))
      return header.ok ? header.value.decodeBytes : 0
    }
    const canvasBytes = 16 * 8 * 256 ** 2 * 1.5
    expect(decodeBytes(16, 8) - decodeBytes(1, 1)).toBeGreaterThan(canvasBytes)
  })

  test("that needs more memory than reserved is corrupt, and the process continues", async () => {
    const huge = joinedGrid(60_000)
    expect(await examiner.outcomeOf(heicOf({ grid: huge }), "image/heic")).toBe("CORRUPT")
  })
})

const joinedGrid = (side: number) => Buffer.concat([uint(1, 0, 1, 1, 1), uint(4, side, side)])

describe.each(["iphone.heic", "iphone7.heic"])("the maintainers' sample %s", (name) => {
  test("is accepted when intact and corrupt after any damage", async ({ skip }) => {
    if (!samplesFolder) return skip("shared/samples is absent")
    const photo = await readFile(join(samplesFolder, "good", name))
    expect((await examiner.accept(photo, "image/heic")).facts.isDegraded).toBe(false)
    const damages = {
      "a zeroed tenth": damaged(photo, 0.5, 0.6, zero),
      "a zeroed thousandth": damaged(photo, 0.5, 0.501, zero),
      "nine zeroed tenths": damaged(photo, 0.1, 1, zero),
      "a tenth of noise": damaged(photo, 0.4, 0.5, (_, at) => (at * 7919) % 251),
      "a cut end": photo.subarray(0, photo.length * 0.8),
    }
    for (const [damage, bytes] of Object.entries(damages))
      expect(await examiner.outcomeOf(bytes, "image/heic"), damage).toBe("CORRUPT")
  })
})
