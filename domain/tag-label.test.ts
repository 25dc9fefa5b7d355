import { describe, expect, test } from "vitest"
import { tagLabelOf } from "./tag-label.ts"

describe("a tag's label", () => {
  test("is trimmed, in NFC, and the same tag in whatever case", () => {
    expect(tagLabelOf("  Am   Meer ")).toEqual({ label: "Am Meer", tagKey: "am meer" })
    expect(tagLabelOf("Zoe\u0308")?.label).toBe("Zo\u00eb")
    expect(tagLabelOf("BEACH")?.tagKey).toBe(tagLabelOf("beach")?.tagKey)
  })

  test.each(["", "   ", "a\0b", "a\u202eb", "x".repeat(65)])("is none: %j", (text) => {
    expect(tagLabelOf(text)).toBeNull()
  })

  test("may be 64 characters long, emoji counting as one", () => {
    expect(tagLabelOf("👍".repeat(64))).not.toBeNull()
  })
})
