import sharp from "sharp"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { PhotoType } from "../../../domain/photo-type.ts"
import {
  completeAnnotations,
  completeXmp,
  iptcOf,
  iptcSegment,
  listOf,
  xmpOf,
  xmpSegment,
} from "./testing/test-annotations.ts"
import { startTestExaminer, type TestExaminer } from "./testing/test-examiner.ts"
import { uint } from "./testing/test-heic.ts"
import { joined, redAboveBlueJpeg, withFirstSegment } from "./testing/test-photos.ts"

let examiner: TestExaminer
let jpeg: Uint8Array
beforeAll(async () => {
  examiner = await startTestExaminer()
  jpeg = await redAboveBlueJpeg()
})
afterAll(() => examiner.end())

const annotationsOf = async (photo: Uint8Array, type?: PhotoType) =>
  (await examiner.accept(photo, type)).facts.annotations

const uint32LE = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

describe("a photo never fails because of its annotations", () => {
  const entities = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 20 }, (_, i) => `<!ENTITY a${i} "${"&a;".repeat(20)}">`).join("")}]>`
  const hostile: [string, string][] = [
    ["entities that expand", `${entities}${xmpOf("<dc:title>&a19;</dc:title>")}`],
    ["unclosed elements", "<a:b>".repeat(50_000)],
    ["nested elements", `${"<a:b>".repeat(20_000)}${"</a:b>".repeat(20_000)}`],
    ["lists without an end", "<rdf:li>".repeat(30_000)],
    ["spaces", `<a:b${" ".repeat(250_000)}`],
    ["attributes", `<rdf:Description ${'a:b="c" '.repeat(30_000)}>`],
    ["many elements", "<a:b>1</a:b>".repeat(21_000)],
    ["no XML", "\0\xff".repeat(1000)],
    ["100 MB", " ".repeat(100_000_000)],
  ]
  test.each(hostile)("%s", async (_, xmp) => {
    const webp = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .webp()
      .withXmp("x")
      .toBuffer()
    const chunk = joined("XMP ", uint32LE(xmp.length), Buffer.from(xmp, "latin1"), xmp.length % 2 ? "\0" : "")
    const body = joined(webp.subarray(8, webp.indexOf("XMP ")), chunk)
    const annotations = await annotationsOf(joined("RIFF", uint32LE(body.length), body), "image/webp")
    expect(annotations?.keywords ?? []).toEqual([])
    expect(annotations?.title ?? "").not.toContain("aaaa")
  })

  test.each(["__proto__", "constructor"])(
    "the prefix %s does not change the thread's objects",
    async (name) => {
      const xmp = xmpOf(`<${name}:values>x</${name}:values><${name}:get>x</${name}:get>`)
      expect(await annotationsOf(withFirstSegment(jpeg, xmpSegment(xmp)))).toBeNull()
      // Two threads: each examines one of these photos after the hostile one.
      const photo = withFirstSegment(jpeg, xmpSegment(completeXmp))
      for (const annotations of await Promise.all([annotationsOf(photo), annotationsOf(photo)]))
        expect(annotations).toEqual(completeAnnotations)
    },
  )

  test("damaged IPTC is ignored", async () => {
    const block = iptcOf([2, 5, "title"])
    for (const damaged of [
      block.subarray(0, 7),
      joined(block, uint(1, 0x1c, 2, 5), uint(2, 0xffff)),
      Buffer.alloc(40, 0x1c),
    ]) {
      const annotations = await annotationsOf(withFirstSegment(jpeg, iptcSegment(Buffer.from(damaged))))
      expect("title".startsWith(annotations?.title ?? "")).toBe(true)
    }
  })

  test("an IPTC dataset that is longer than its block does not return other memory of the processor", async () => {
    const photo = withFirstSegment(jpeg, iptcSegment(joined(uint(1, 0x1c, 2, 5), uint(2, 3000), "ti")))
    for (let repetition = 0; repetition < 10; repetition += 1)
      expect((await annotationsOf(photo))?.title ?? "ti").toBe("ti")
  })

  test("texts are bounded and cleaned", async () => {
    const title = `\u202e${"x".repeat(5000)}`
    const subjects = Array.from({ length: 300 }, (_, index) => `k${index}`)
    const xmp = xmpOf(
      `<dc:title>${title}</dc:title><dc:subject>${listOf("Bag", ...subjects, "a&#0;b")}</dc:subject>`,
    )
    const annotations = await annotationsOf(withFirstSegment(jpeg, xmpSegment(xmp)))
    expect(annotations?.title).toBe("x".repeat(2000))
    expect(annotations?.keywords).toEqual(subjects.slice(0, 100))
  })
})
