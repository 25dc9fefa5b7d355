import { describe, expect, test } from "vitest"
import { conditionalWrites } from "./conditional-writes.ts"
import { S3RequestError } from "./s3-error.ts"

const address = { on: "object", bucket: "photos", key: "a" } as const
const stored = { bytes: 1, etag: "abc" }
const onlyNew = { "if-none-match": "*" }
const written = async () => "written"
const codeOf = async (write: Promise<unknown>) => {
  try {
    return await write
  } catch (error) {
    if (error instanceof S3RequestError) return error.s3Error.code
    throw error
  }
}
const writesTo = (object: typeof stored | null) => conditionalWrites(async () => object)

describe("a write with If-None-Match: *", () => {
  test("succeeds when the key has no object", async () => {
    expect(await writesTo(null)(address, onlyNew, written)).toBe("written")
  })

  test("is rejected when there is an object", async () => {
    expect(await codeOf(writesTo(stored)(address, onlyNew, written))).toBe("PreconditionFailed")
  })

  test("is rejected only while another write of its key is in progress", async () => {
    const writes = writesTo(null)
    const first = Promise.withResolvers<string>()
    for (const headers of [onlyNew, {}]) {
      const running = writes(address, headers, () => first.promise)
      expect(await codeOf(writes(address, onlyNew, written))).toBe("ConditionalRequestConflict")
      expect(await codeOf(writes({ ...address, key: "b" }, onlyNew, written))).toBe("written")
      first.resolve("written")
      await running
      expect(await codeOf(writes(address, onlyNew, written))).toBe("written")
    }
  })

  test("succeeds once when two run concurrently", async () => {
    const writes = writesTo(null)
    const outcomes = await Promise.all([1, 2].map(() => codeOf(writes(address, onlyNew, written))))
    expect(outcomes.sort()).toEqual(["ConditionalRequestConflict", "written"])
  })

  test("does not block its key after a failure", async () => {
    const writes = writesTo(null)
    await expect(writes(address, onlyNew, () => Promise.reject(new Error("broken")))).rejects.toThrow(
      "broken",
    )
    expect(await writes(address, onlyNew, written)).toBe("written")
  })
})

describe("a write with If-Match", () => {
  test.each([
    [stored, '"abc"', "written"],
    [stored, "abc", "written"],
    [stored, '"other"', "PreconditionFailed"],
    [null, '"abc"', "NoSuchKey"],
  ])("of %o with the ETag %s gives %s", async (object, etag, outcome) => {
    expect(await codeOf(writesTo(object)(address, { "if-match": etag }, written))).toBe(outcome)
  })
})

test("writes without a condition may overlap", async () => {
  const writes = writesTo(stored)
  const first = Promise.withResolvers<string>()
  const running = writes(address, {}, () => first.promise)
  expect(await writes(address, {}, written)).toBe("written")
  first.resolve("written")
  await running
})

test("a condition that S3 does not support is rejected", async () => {
  expect(await codeOf(writesTo(null)(address, { "if-none-match": '"abc"' }, written))).toBe("NotImplemented")
})
