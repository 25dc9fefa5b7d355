import { createHash, randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { Readable } from "node:stream"
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest"
import { testStorage } from "../../local/test-environment.ts"
import { type ObjectBody, type ObjectStore, objectStoreOf } from "../platform/object-store.ts"
import { openScratch, type Scratch } from "../platform/scratch.ts"
import { downloadToFile, downloadToMemory } from "./download.ts"

const { bucket, region, credentials } = testStorage
const content = randomBytes(3_000_001)
const sha256 = createHash("sha256").update(content).digest("hex")
const signal = AbortSignal.timeout(30_000)

let objectStore: ObjectStore
let scratch: Scratch
let etag: string
beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", credentials.accessKeyId)
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey)
  scratch = await openScratch()
  objectStore = objectStoreOf({ s3: { endpoint: inject("environment").s3Endpoint, bucket, region } })
  await objectStore.put("download", new Uint8Array(content), "image/jpeg", signal)
  etag = (await objectStore.head("download", signal))?.etag ?? ""
})
afterAll(async () => {
  objectStore.close()
  await scratch.remove()
  vi.unstubAllEnvs()
})

const stored = async (): Promise<ObjectBody> => {
  const object = await objectStore.get({ key: "download", etag }, signal)
  if (!object) throw new Error("the object is gone")
  return object
}

const memory = (bytes: number) => new Uint8Array(new SharedArrayBuffer(bytes))

describe("a download", () => {
  test("to memory returns the bytes and the hash of the object", async () => {
    const target = memory(content.length)
    const downloaded = await downloadToMemory(await stored(), target, signal)
    expect(downloaded.sha256).toBe(sha256)
    expect(Buffer.from(downloaded.content).equals(content)).toBe(true)
  })

  test("to a file returns the bytes and the hash of the object", () =>
    scratch.withFile(async (path) => {
      const downloaded = await downloadToFile(await stored(), path, signal)
      expect(downloaded).toEqual({ content: path, sha256 })
      expect((await readFile(path)).equals(content)).toBe(true)
    }))

  test.each([
    ["fewer", 3],
    ["more", 1],
  ])("fails when %s bytes arrive than the response declared", async (_, bytes) => {
    const body = () => ({ bytes, stream: Readable.from([Buffer.from("a"), Buffer.from("b")]) })
    await expect(downloadToMemory(body(), memory(bytes), signal)).rejects.toThrow("bytes were received")
    await scratch.withFile((path) =>
      expect(downloadToFile(body(), path, signal)).rejects.toThrow("bytes were received"),
    )
  })

  test("fails when its signal is aborted", async () => {
    const aborting = new AbortController()
    const silent = { bytes: 3, stream: new Readable({ read: () => undefined }) }
    const download = downloadToMemory(silent, memory(3), aborting.signal)
    aborting.abort()
    await expect(download).rejects.toMatchObject({ name: "AbortError" })
  })
})
