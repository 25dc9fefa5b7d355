import { createHash, randomBytes } from "node:crypto"
import { expect, test } from "vitest"
import { hashBlob } from "./hash-blob.ts"
import { sha256 } from "./sha256.ts"

const expected = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

// https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
test.each([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
  ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
])("has NIST's hash of its examples", (text, hash) => {
  const whole = sha256()
  whole.update(new TextEncoder().encode(text))
  expect(whole.digest()).toBe(hash)
})

test("has the hash of Node.js for every length around the block size and for chunks of any length", () => {
  for (let length = 0; length <= 260; length += 1) {
    const bytes = randomBytes(length)
    const chunked = sha256()
    for (let start = 0; start < length; start += 37) chunked.update(bytes.subarray(start, start + 37))
    expect(chunked.digest()).toBe(expected(bytes))
  }
})

test("a Blob has the hash of its bytes, and each part its own", async () => {
  const bytes = randomBytes(1000)
  const parts: [number, string][] = []
  const whole = await hashBlob(
    new Blob([bytes]),
    400,
    (partNumber, hash) => parts.push([partNumber, hash]),
    () => false,
  )
  expect(whole).toBe(expected(bytes))
  expect(parts).toEqual(
    [1, 2, 3].map((part) => [part, expected(bytes.subarray((part - 1) * 400, part * 400))]),
  )
})
