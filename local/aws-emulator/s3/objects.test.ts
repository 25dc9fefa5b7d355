import fc from "fast-check"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { bucket, credentials, send, startTestStorage, type TestStorage } from "../test-storage.ts"

let storage: TestStorage
beforeAll(async () => {
  storage = await startTestStorage()
})
afterAll(() => storage.remove())

describe("a presigned PUT with If-None-Match", () => {
  test("cannot be used a second time", async () => {
    const headers = { "content-length": "4", "content-type": "image/jpeg", "if-none-match": "*" }
    const url = await storage.presign("PUT", "local/once", headers)
    expect((await send("PUT", url, headers, "mine")).status).toBe(200)
    expect(await send("PUT", url, headers, "evil")).toMatchObject({
      status: 412,
      text: expect.stringContaining("PreconditionFailed"),
    })
    expect(await (await storage.fetchSigned("local/once")).text()).toBe("mine")
    expect(await storage.receive()).toHaveLength(1)
  })
})

describe("an object", () => {
  beforeEach(async () => {
    const headers = { "content-type": "image/webp", "cache-control": "private", "x-amz-meta-author": "ada" }
    await storage.fetchSigned("thumbnails/read", { method: "PUT", body: "these are the bytes", headers })
  })

  test("is read with its stored headers", async () => {
    const response = await storage.fetchSigned("thumbnails/read")
    expect(await response.text()).toBe("these are the bytes")
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "accept-ranges": "bytes",
      "cache-control": "private",
      "content-length": "19",
      "content-type": "image/webp",
      "x-amz-meta-author": "ada",
      "x-amz-request-id": expect.stringMatching(/^[0-9A-F]{16}$/),
    })
  })

  test("is read by range and with conditions", async () => {
    const etag = (await storage.fetchSigned("thumbnails/read")).headers.get("etag") ?? ""
    const statusWith = async (headers: Record<string, string>) =>
      (await storage.fetchSigned("thumbnails/read", { headers })).status
    const part = await storage.fetchSigned("thumbnails/read", { headers: { range: "bytes=0-4" } })
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      "bytes 0-4/19",
      "these",
    ])
    expect(await statusWith({ "if-match": etag })).toBe(200)
    expect(await statusWith({ "if-match": '"other"' })).toBe(412)
    expect(await statusWith({ "if-none-match": etag })).toBe(304)
    expect(await statusWith({ "if-none-match": '"other"' })).toBe(200)
  })

  test("is read with the headers that its presigned URL overrides", async () => {
    const query = new URLSearchParams({
      "response-content-disposition": "attachment; filename*=UTF-8''caf%C3%A9.jpg",
      "response-content-type": "application/octet-stream",
      "response-cache-control": "no-store",
    })
    const response = await fetch(await storage.presign("GET", "thumbnails/read", {}, query.toString()))
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-disposition": "attachment; filename*=UTF-8''caf%C3%A9.jpg",
      "content-type": "application/octet-stream",
      "cache-control": "no-store",
    })
  })

  test("cannot be read with an override that contains a line break", async () => {
    const query = `response-content-type=${encodeURIComponent("text/html\r\nset-cookie: a=b")}`
    const response = await storage.fetchSigned("thumbnails/read", { query })
    expect([response.status, response.headers.get("set-cookie")]).toEqual([400, null])
  })

  test("cannot be read without a signature or with the signature of another key", async () => {
    const url = (await storage.presign("GET", "thumbnails/read")).replace(/\?.*/, "")
    expect((await fetch(url)).status).toBe(403)
    const foreign = (await storage.presign("GET", "thumbnails/read")).replace(
      `Credential=${credentials.accessKeyId}`,
      "Credential=somebody",
    )
    expect(await (await fetch(foreign)).text()).toContain("InvalidAccessKeyId")
  })

  test("can be listed, copied and deleted; the copy of an original causes an event", async () => {
    const copied = await storage.fetchSigned("local/copy", {
      method: "PUT",
      headers: { "x-amz-copy-source": `/${bucket}/thumbnails/read` },
      body: "",
    })
    expect(copied.status).toBe(200)
    expect(await storage.receive()).toMatchObject([
      { detail: { reason: "CopyObject", object: { key: "local/copy", size: 19 } } },
    ])
    const listed = () =>
      storage.fetchSigned("", { query: "list-type=2&prefix=local/copy" }).then((list) => list.text())
    expect(await listed()).toContain("<Key>local/copy</Key>")
    expect((await storage.fetchSigned("local/copy", { method: "DELETE" })).status).toBe(204)
    expect(await listed()).not.toContain("<Key>")
    expect((await storage.fetchSigned("local/copy")).status).toBe(404)
  })

  test("outside the prefix of the originals causes no event", async () => {
    expect(await storage.receive()).toEqual([])
  })
})

describe("a key", () => {
  test("with any characters is stored, listed and sent in events unchanged", async () => {
    const character = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }),
      fc.constantFrom(" ", "+", "%2F", "%", "?", "#", "&", "'", "📷", "%25", ";", "\\", ":"),
    )
    const segment = fc
      .array(character, { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join("").replaceAll("/", "-"))
      .filter((text) => text !== "." && text !== "..")
    // fauxqs lists keys in XML, which cannot represent control characters.
    const key = fc
      .array(segment, { minLength: 1, maxLength: 3 })
      .map((segments) => `local/${segments.join("/")}`)
      .filter((text) => !/[\p{Cc}\p{Cs}\p{Cn}]/u.test(text))
    await fc.assert(
      fc.asyncProperty(key, async (name) => {
        expect((await storage.fetchSigned(name, { method: "PUT", body: name })).status).toBe(200)
        expect(await (await storage.fetchSigned(name)).text()).toBe(name)
        expect(await storage.receive()).toMatchObject([{ detail: { object: { key: name } } }])
        expect((await storage.fetchSigned(name, { method: "DELETE" })).status).toBe(204)
        expect(await storage.exists(name)).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  test("that maps to another file on disk is rejected", async () => {
    const response = await storage.fetchSigned("local//x", { method: "PUT", body: "x" })
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining("InvalidArgument"),
    ])
  })
})
