import { describe, expect, test } from "vitest"
import { maxTagsPerPhoto, tagLabelOf, tagsOfKeywords } from "./tag-label.ts"

describe("a tag's label", () => {
  test("is trimmed and normalized to NFC; its key ignores case", () => {
    expect(tagLabelOf("  Am   Meer ")).toEqual({ label: "Am Meer", tagKey: "am meer" })
    expect(tagLabelOf("Zoe\u0308")?.label).toBe("Zo\u00eb")
    expect(tagLabelOf("BEACH")?.tagKey).toBe(tagLabelOf("beach")?.tagKey)
  })

  test.each(["", "   ", "a\0b", "a\u202eb", "x".repeat(65), `${"\ufe0f".repeat(63)}\0`])(
    "is rejected: %j",
    (text) => {
      expect(tagLabelOf(text)).toBeNull()
    },
  )

  test("has at most 64 characters, where an emoji counts as one", () => {
    expect(tagLabelOf("👍".repeat(64))).not.toBeNull()
  })
})

describe("the tags of keywords", () => {
  test("are the valid labels, each once, in the order of the keywords", () => {
    const keywords = ["Zürich", "x".repeat(65), "", "a\u202eb", "  Am   Meer ", "zürich"]
    expect(tagsOfKeywords(keywords).map(({ label }) => label)).toEqual(["Zürich", "Am Meer"])
  })

  test("are not more than a photo may have", () => {
    const keywords = Array.from({ length: 100 }, (_, index) => `k${index}`)
    expect(tagsOfKeywords(keywords)).toHaveLength(maxTagsPerPhoto)
  })
})
