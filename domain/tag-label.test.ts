import { describe, expect, test } from "vitest"
import { tagLabelOf } from "./tag-label.ts"

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
