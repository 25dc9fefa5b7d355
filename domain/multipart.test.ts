import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { partCountOf, partSizeLimits, partSizeOf, partsOf } from "./multipart.ts"

describe("a file's parts", () => {
  test("are not needed when the file fits into one", () => {
    expect(partSizeOf(8, 8)).toBeNull()
    expect(partSizeOf(9, 8)).toBe(8)
  })

  test("contain every byte once; all but the last have the part size, and none is empty", () => {
    const sizes = fc.integer({ min: partSizeLimits.min, max: partSizeLimits.max })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000_000_000 }), sizes, (bytes, partSize) => {
        const parts = partsOf(bytes, partSize)
        expect(parts).toHaveLength(partCountOf(bytes, partSize))
        expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(bytes)
        expect(parts.slice(0, -1).every((part) => part.bytes === partSize)).toBe(true)
        expect(parts.at(-1)?.bytes).toBeGreaterThan(0)
        expect(parts.map(({ partNumber }) => partNumber)).toEqual(parts.map((_, index) => index + 1))
      }),
    )
  })
})
