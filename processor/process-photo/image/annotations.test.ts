import { execFile } from "node:child_process"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { deflateSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { PhotoAnnotations } from "../../../domain/image.ts"
import type { PhotoType } from "../../../domain/photo-type.ts"
import { samplesFolder } from "./testing/samples.ts"
import {
  completeAnnotations,
  completeXmp,
  extensionSegment,
  iptcOf,
  iptcSegment,
  resourcesOf,
  xmpOf,
  xmpSegment,
} from "./testing/test-annotations.ts"
import { startTestExaminer, type TestExaminer } from "./testing/test-examiner.ts"
import { heicOf } from "./testing/test-heic.ts"
import { joined, pngChunk, redAboveBlue, redAboveBlueJpeg, withFirstSegment } from "./testing/test-photos.ts"

let examiner: TestExaminer
let jpeg: Uint8Array
beforeAll(async () => {
  examiner = await startTestExaminer()
  jpeg = await redAboveBlueJpeg()
})
afterAll(() => examiner.end())

const annotationsOf = async (photo: Uint8Array, type?: PhotoType) =>
  (await examiner.accept(photo, type)).facts.annotations

const none: PhotoAnnotations = { title: null, caption: null, keywords: [], rating: null, creator: null }

describe("XMP is read", () => {
  test.each([
    ["image/jpeg", () => redAboveBlue().jpeg()],
    ["image/png", () => redAboveBlue().png()],
    ["image/webp", () => redAboveBlue().webp()],
    ["image/tiff", () => redAboveBlue().tiff()],
    ["image/avif", () => redAboveBlue().resize(64).avif()],
  ] as const)("from %s, as libvips writes it", async (type, picture) => {
    expect(await annotationsOf(await picture().withXmp(completeXmp).toBuffer(), type)).toEqual(
      completeAnnotations,
    )
  })

  test("from a HEIC, whose item has a media type", async () => {
    expect(await annotationsOf(heicOf({ xmp: completeXmp }), "image/heic")).toEqual(completeAnnotations)
  })

  test("from a compressed text of a PNG", async () => {
    const png = await redAboveBlue().png().toBuffer()
    const chunk = pngChunk("iTXt", joined("XML:com.adobe.xmp\0\x01\0\0\0", deflateSync(completeXmp)))
    expect(await annotationsOf(joined(png.subarray(0, 33), chunk, png.subarray(33)), "image/png")).toEqual(
      completeAnnotations,
    )
  })

  test("from the extension of a JPEG, if all its parts are there", async () => {
    const digest = "0123456789ABCDEF0123456789ABCDEF"
    const main = xmpSegment(xmpOf("", `xmp:Rating="5" xmpNote:HasExtendedXMP="${digest}"`))
    const extension = Buffer.from(completeXmp + " ".repeat(70_000)).toString("latin1")
    const [one, two] = [extension.slice(0, 60_000), extension.slice(60_000)]
    const partsOf = (otherDigest = digest, total = extension.length) => [
      extensionSegment(digest, total, one.length, two),
      extensionSegment(otherDigest, total, 0, one),
    ]
    expect(await annotationsOf(withFirstSegment(jpeg, joined(main, ...partsOf())))).toEqual({
      ...completeAnnotations,
      rating: 5,
    })
    const onlyMain = { ...none, rating: 5 }
    expect(await annotationsOf(withFirstSegment(jpeg, joined(main, ...partsOf("F".repeat(32)))))).toEqual(
      onlyMain,
    )
    expect(await annotationsOf(withFirstSegment(jpeg, joined(main, ...partsOf(digest, 9))))).toEqual(onlyMain)
  })

  test("as elements, with a namespace per description, and in UTF-16", async () => {
    const xmp = xmpOf(`<xmp:Rating>3</xmp:Rating><dc:title>plain</dc:title>`)
    expect(await annotationsOf(withFirstSegment(jpeg, xmpSegment(xmp)))).toEqual({
      ...none,
      title: "plain",
      rating: 3,
    })
    const utf16 = Buffer.from(`\ufeff${xmp}`, "utf16le")
    const png = await redAboveBlue().png().toBuffer()
    const chunk = pngChunk("iTXt", joined("XML:com.adobe.xmp\0\0\0\0\0", utf16))
    expect(await annotationsOf(joined(png.subarray(0, 33), chunk, png.subarray(33)), "image/png")).toEqual({
      ...none,
      title: "plain",
      rating: 3,
    })
  })

  test.each([
    ["-1", null],
    ["0", 0],
    ["4.6", 5],
    ["99", null],
    ["five", null],
    ["", null],
  ])("with the rating %j as %j", async (text, rating) => {
    const xmp = xmpOf("<dc:title>t</dc:title>", `xmp:Rating="${text}"`)
    expect(await annotationsOf(withFirstSegment(jpeg, xmpSegment(xmp)))).toEqual({
      ...none,
      title: "t",
      rating,
    })
  })
})

describe("IPTC is read", () => {
  const fieldsIn = (encode: (text: string) => Uint8Array, characterSet?: string): Buffer =>
    iptcOf(
      ...(characterSet === undefined ? [] : ([[1, 90, characterSet]] as [number, number, string][])),
      [2, 0, "\0\x04"],
      [2, 5, encode("Größe")],
      [2, 25, encode("Käse")],
      [2, 25, encode("Öl")],
      [2, 80, encode("Jörg")],
      [2, 120, encode("Ein Bild")],
    )
  const fields = {
    title: "Größe",
    caption: "Ein Bild",
    keywords: ["Käse", "Öl"],
    rating: null,
    creator: "Jörg",
  }
  const latin1 = (text: string) => Buffer.from(text, "latin1")

  test.each([
    ["UTF-8, declared", fieldsIn(Buffer.from, "\x1b%G")],
    ["UTF-8, not declared", fieldsIn(Buffer.from)],
    ["Latin-1, declared", fieldsIn(latin1, "\x1b-A")],
    ["Latin-1, not declared", fieldsIn(latin1)],
  ])("in %s", async (_, block) => {
    expect(await annotationsOf(withFirstSegment(jpeg, iptcSegment(block)))).toEqual(fields)
  })

  test("in its declared character set, even if the bytes are valid in another one", async () => {
    const cyrillic = iptcOf([1, 90, "\x1b-L"], [2, 5, Buffer.from("bcd8e0", "hex")])
    expect((await annotationsOf(withFirstSegment(jpeg, iptcSegment(cyrillic))))?.title).toBe("Мир")
  })

  test("from a TIFF, as a tag and in Photoshop's resources", async () => {
    const block = fieldsIn(Buffer.from, "\x1b%G")
    const tiff = await redAboveBlue().tiff().toBuffer()
    expect(await annotationsOf(withTiffTag(tiff, 33_723, block), "image/tiff")).toEqual(fields)
    expect(await annotationsOf(withTiffTag(tiff, 34_377, resourcesOf(block)), "image/tiff")).toEqual(fields)
  })

  test("where XMP has no value", async () => {
    const xmp = xmpOf("<dc:title>XMP</dc:title>", `xmp:Rating="2"`)
    const photo = withFirstSegment(jpeg, joined(iptcSegment(fieldsIn(Buffer.from)), xmpSegment(xmp)))
    expect(await annotationsOf(photo)).toEqual({ ...fields, title: "XMP", rating: 2 })
  })
})

describe("annotations of the maintainers' samples", () => {
  test("equal those of exiftool", async ({ skip }) => {
    const version = await promisify(execFile)("exiftool", ["-ver"]).catch(() => null)
    if (!samplesFolder || !version) return skip("no samples, or no exiftool (Debian: libimage-exiftool-perl)")
    const folder = join(samplesFolder, "good")
    const types: Record<string, PhotoType> = {
      jpg: "image/jpeg",
      png: "image/png",
      webp: "image/webp",
      heic: "image/heic",
      avif: "image/avif",
    }
    let annotated = 0
    for (const name of await readdir(folder)) {
      const { stdout } = await promisify(execFile)("exiftool", [
        "-j",
        "-struct",
        "-XMP-dc:Title",
        "-XMP-dc:Description",
        "-XMP-dc:Subject",
        "-XMP-dc:Creator",
        "-XMP-xmp:Rating",
        join(folder, name),
      ])
      const theirs = JSON.parse(stdout)[0]
      const listed = (value: unknown) => (value === undefined ? [] : [value].flat().map(String))
      const ours = await annotationsOf(await readFile(join(folder, name)), types[name.split(".")[1] ?? ""])
      expect({ name, ...(ours ?? none) }).toEqual({
        name,
        title: theirs.Title ?? null,
        caption: theirs.Description ?? null,
        keywords: listed(theirs.Subject),
        rating: theirs.Rating ?? null,
        creator: listed(theirs.Creator).join(", ") || null,
      })
      if (ours) annotated += 1
    }
    expect(annotated).toBeGreaterThan(1)
  }, 60_000)
})

/** A TIFF with a further tag in a new first directory at its end. */
const withTiffTag = (tiff: Buffer, id: number, value: Buffer): Buffer => {
  const at = tiff.readUInt32LE(4)
  const count = tiff.readUInt16LE(at)
  const entries = Array.from({ length: count }, (_, index) =>
    tiff.subarray(at + 2 + index * 12, at + 14 + index * 12),
  )
  const entry = Buffer.alloc(12)
  entry.writeUInt16LE(id, 0)
  entry.writeUInt16LE(7, 2)
  entry.writeUInt32LE(value.length, 4)
  entry.writeUInt32LE(tiff.length, 8)
  const all = [...entries, entry].sort((one, other) => one.readUInt16LE(0) - other.readUInt16LE(0))
  const head = Buffer.alloc(2)
  head.writeUInt16LE(all.length)
  const start = tiff.length + value.length + (value.length % 2)
  const copy = Buffer.from(tiff)
  copy.writeUInt32LE(start, 4)
  return joined(copy, value, value.length % 2 ? "\0" : "", head, ...all, Buffer.alloc(4))
}
