import fc from "fast-check"
import { expect, test } from "vitest"
import { thumbnailVariants } from "../domain/image.ts"
import { originalKey, thumbnailKey } from "../domain/object-key.ts"
import { environmentPattern, originalsPrefix, thumbnailsPrefix } from "./object-key-prefix.ts"

const userId = `usr_${"0".repeat(26)}` as const
const photoId = `ph_${"1".repeat(26)}` as const
const anyEnvironment = fc
  .oneof(fc.stringMatching(/^[a-z0-9-]{1,32}$/), fc.constant("thumbnails"))
  .filter((name) => environmentPattern.test(name))

test("a prefix matches every key of its kind and environment, and no other key", () => {
  fc.assert(
    fc.property(
      anyEnvironment,
      anyEnvironment,
      fc.constantFrom(...thumbnailVariants),
      (environment, other, variant) => {
        const original = originalKey(environment, userId, photoId)
        const thumbnail = thumbnailKey(environment, userId, photoId, variant)
        expect(original.startsWith(originalsPrefix(environment))).toBe(true)
        expect(thumbnail.startsWith(thumbnailsPrefix(environment))).toBe(true)
        expect(original.startsWith(originalsPrefix(other))).toBe(environment === other)
        expect(thumbnail.startsWith(thumbnailsPrefix(other))).toBe(environment === other)
        expect(original.startsWith(thumbnailsPrefix(other))).toBe(false)
        expect(thumbnail.startsWith(originalsPrefix(other))).toBe(false)
      },
    ),
  )
})
