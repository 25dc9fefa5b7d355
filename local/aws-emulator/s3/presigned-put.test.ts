import { createHash } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { bucket, region, send, startTestStorage, type TestStorage } from "../test-storage.ts"

const body = Buffer.from("these are the bytes of a photo")
const digest = (algorithm: string, encoding: "base64" | "hex") =>
  createHash(algorithm).update(body).digest(encoding)
const others = Buffer.from(body.map((byte) => byte ^ 1))

let storage: TestStorage
beforeAll(async () => {
  storage = await startTestStorage()
})
afterAll(() => storage.remove())

/** The headers that the edge signs for every upload. */
const uploadHeaders = (extra: Record<string, string> = {}) => ({
  "content-type": "image/jpeg",
  "content-length": String(body.length),
  "if-none-match": "*",
  ...extra,
})
const put = async (key: string, signed: Record<string, string>, sent = signed, bytes: Uint8Array = body) =>
  send("PUT", await storage.presign("PUT", key, signed), sent, bytes)
const expectNothingStored = async (key: string) => {
  expect(await storage.exists(key)).toBe(false)
  expect(await storage.receive()).toEqual([])
}

describe("a presigned PUT", () => {
  test("stores the object with its type and sends the same event as EventBridge", async () => {
    const key = "local/usr_1/ph_1/original"
    const headers = uploadHeaders({ "x-amz-checksum-sha256": digest("sha256", "base64") })
    const response = await put(key, headers)
    expect(response).toMatchObject({ status: 200, headers: { etag: `"${digest("md5", "hex")}"` } })

    const stored = await storage.fetchSigned(key)
    expect(stored.headers.get("content-type")).toBe("image/jpeg")
    expect(await stored.text()).toBe(body.toString())
    expect(await storage.receive()).toEqual([
      {
        version: "0",
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        "detail-type": "Object Created",
        source: "aws.s3",
        account: "000000000000",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        region,
        resources: [`arn:aws:s3:::${bucket}`],
        detail: {
          version: "0",
          bucket: { name: bucket },
          object: {
            key,
            size: body.length,
            etag: digest("md5", "hex"),
            sequencer: expect.stringMatching(/^[0-9a-f]{16}$/),
          },
          "request-id": response.headers["x-amz-request-id"],
          requester: "000000000000",
          "source-ip-address": "127.0.0.1",
          reason: "PutObject",
        },
      },
    ])
  })

  test.each([
    ["with another type", { "content-type": "text/html" }],
    ["with another length", { "content-length": String(body.length - 1) }],
    ["without the signed condition", { "if-none-match": "" }],
    ["with another checksum", { "x-amz-checksum-sha256": "AAAA" }],
    ["with an unsigned ACL", { "x-amz-acl": "public-read" }],
    ["with unsigned metadata", { "x-amz-meta-owner": "me" }],
    ["with an unsigned copy source", { "x-amz-copy-source": "/photos/local/other" }],
  ])("%s is rejected with 403 and stores nothing", async (name, change) => {
    const key = `local/rejected/${name}`
    const sent: Record<string, string> = { ...uploadHeaders(), ...change }
    const response = await put(key, uploadHeaders(), sent, body.subarray(0, Number(sent["content-length"])))
    expect(response).toMatchObject({ status: 403, headers: { "content-type": "application/xml" } })
    expect(response.text).toMatch(/<Code>(SignatureDoesNotMatch|AccessDenied)<\/Code>/)
    await expectNothingStored(key)
  })

  test("for another key than the signed one is rejected and stores nothing", async () => {
    const url = await storage.presign("PUT", "local/mine", uploadHeaders())
    expect((await send("PUT", url.replace("mine", "yours"), uploadHeaders(), body)).status).toBe(403)
    await expectNothingStored("local/yours")
  })

  test("that has expired is rejected and stores nothing", async () => {
    const url = await storage.presign("PUT", "local/late", uploadHeaders())
    storage.setClock(() => new Date(Date.now() + 901_000))
    const response = await send("PUT", url, uploadHeaders(), body)
    storage.setClock()
    expect(response).toMatchObject({ status: 403, text: expect.stringContaining("Request has expired") })
    await expectNothingStored("local/late")
  })

  test("of 20 MB is rejected with an error document instead of a closed connection", async () => {
    const large = Buffer.alloc(20_000_000)
    const headers = { "content-length": String(large.length), "content-type": "image/jpeg" }
    const response = await put("local/large", headers, { ...headers, "content-type": "text/html" }, large)
    expect(response).toMatchObject({ status: 403, text: expect.stringContaining("SignatureDoesNotMatch") })
    await expectNothingStored("local/large")
  })

  test("of 100 MB is stored completely", async () => {
    const large = Buffer.alloc(100_000_000, "photo")
    const headers = { "content-length": String(large.length), "content-type": "image/jpeg" }
    const response = await put("thumbnails/100-mb", headers, headers, large)
    const md5 = createHash("md5").update(large).digest("hex")
    expect(response).toMatchObject({ status: 200, headers: { etag: `"${md5}"` } })
    const head = await storage.fetchSigned("thumbnails/100-mb", { method: "HEAD" })
    expect(head.headers.get("content-length")).toBe(String(large.length))
    await storage.fetchSigned("thumbnails/100-mb", { method: "DELETE" })
  })

  test("of an empty file is stored", async () => {
    const headers = { "content-length": "0", "content-type": "image/jpeg" }
    expect((await put("thumbnails/empty", headers, headers, Buffer.alloc(0))).status).toBe(200)
    expect(await (await storage.fetchSigned("thumbnails/empty")).text()).toBe("")
  })
})

describe("a body that does not match its headers is rejected and stores nothing", () => {
  test.each([
    ["x-amz-checksum-sha256", digest("sha256", "base64")],
    ["x-amz-checksum-sha1", digest("sha1", "base64")],
    ["x-amz-checksum-crc32", "+DguLw=="],
    ["content-md5", digest("md5", "base64")],
  ])("BadDigest for %s", async (name, value) => {
    const key = `local/digest/${name}`
    const headers = uploadHeaders({ [name]: value })
    const response = await put(key, headers, headers, others)
    expect(response).toMatchObject({ status: 400, text: expect.stringContaining("BadDigest") })
    await expectNothingStored(key)
  })

  test.each([
    ["x-amz-checksum-sha256", "not a hash", 400, "InvalidRequest"],
    ["content-md5", "AAAA", 400, "InvalidDigest"],
    ["x-amz-checksum-crc32c", "AAAAAA==", 501, "NotImplemented"],
  ])("a malformed checksum is reported (%s: %s)", async (name, value, status, code) => {
    const response = await put(`local/malformed/${name}`, uploadHeaders({ [name]: value }))
    expect(response).toMatchObject({ status, text: expect.stringContaining(code) })
    await expectNothingStored(`local/malformed/${name}`)
  })

  test("XAmzContentSHA256Mismatch for the signed content hash", async () => {
    const headers = { "x-amz-content-sha256": digest("sha256", "hex") }
    const response = await storage.fetchSigned("local/hash", { method: "PUT", body: others, headers })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain("XAmzContentSHA256Mismatch")
    await expectNothingStored("local/hash")
  })

  test("a checksum in the query of a presigned URL is verified", async () => {
    const checksum = `x-amz-checksum-sha256=${encodeURIComponent(digest("sha256", "base64"))}`
    const url = await storage.presign("PUT", "local/hoisted", {}, checksum)
    const headers = { "content-length": String(body.length) }
    expect((await send("PUT", url, headers, others)).text).toContain("BadDigest")
    await expectNothingStored("local/hoisted")
    expect((await send("PUT", url, headers, body)).status).toBe(200)
    await storage.receive()
  })
})

test("a request with correct checksums stores its object", async () => {
  const headers = uploadHeaders({
    "content-md5": digest("md5", "base64"),
    "x-amz-checksum-sha1": digest("sha1", "base64"),
  })
  expect((await put("thumbnails/checked", headers)).status).toBe(200)
})
