import { createHash } from "node:crypto"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { send, startTestStorage, type TestStorage } from "../test-storage.ts"

let storage: TestStorage
beforeAll(async () => {
  storage = await startTestStorage()
})
afterAll(() => storage.remove())

const key = "local/usr_1/ph_1/original"
const fiveMiB = 5 * 1024 * 1024
const textOf = (xml: string, element: string) =>
  new RegExp(`<${element}>(.*?)</${element}>`).exec(xml)?.[1] ?? ""
const textsOf = (xml: string, element: string) =>
  [...xml.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, "g"))].map(([, value]) => value)

const open = async (name = key) => {
  const headers = { "content-type": "image/heic" }
  const response = await storage.fetchSigned(name, { method: "POST", query: "uploads", headers })
  return textOf(await response.text(), "UploadId")
}
const upload = async (uploadId: string, partNumber: number | string, body: Uint8Array<ArrayBuffer>) =>
  storage.fetchSigned(key, { method: "PUT", query: `partNumber=${partNumber}&uploadId=${uploadId}`, body })
const complete = (
  uploadId: string,
  etags: readonly (string | null)[],
  headers: Record<string, string> = {},
  name = key,
) => {
  const parts = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`)
  const body = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`
  return storage.fetchSigned(name, { method: "POST", query: `uploadId=${uploadId}`, body, headers })
}
const list = async (query: string, name = key) => (await storage.fetchSigned(name, { query })).text()

afterEach(async () => {
  const listed = await list("uploads", "")
  const keys = textsOf(listed, "Key")
  for (const [i, uploadId] of textsOf(listed, "UploadId").entries())
    await storage.fetchSigned(keys[i] ?? "", { method: "DELETE", query: `uploadId=${uploadId}` })
  await storage.fetchSigned(key, { method: "DELETE" })
})

describe("a multipart upload", () => {
  test("creates one object with its type and sends one event, on completion", async () => {
    const uploadId = await open()
    const first = await upload(uploadId, 1, new Uint8Array(fiveMiB).fill(1))
    const second = await upload(uploadId, 2, new Uint8Array(10).fill(2))
    expect(await storage.receive()).toEqual([])

    const response = await complete(uploadId, [first.headers.get("etag"), second.headers.get("etag")])
    const xml = await response.text()
    expect(response.status).toBe(200)
    expect(textOf(xml, "Location")).toContain(storage.s3Endpoint)
    const head = await storage.fetchSigned(key, { method: "HEAD" })
    expect(head.headers.get("content-type")).toBe("image/heic")
    expect(await storage.receive()).toMatchObject([
      {
        detail: {
          object: {
            key,
            size: fiveMiB + 10,
            etag: head.headers.get("etag")?.replaceAll('"', ""),
          },
          reason: "CompleteMultipartUpload",
        },
      },
    ])
    expect(await list(`uploadId=${uploadId}`)).toContain("NoSuchUpload")
  })

  test("accepts parts of 64 MB through presigned URLs and verifies their checksums", async () => {
    const uploadId = await open()
    const part = Buffer.alloc(64_000_000, 7)
    const headers = { "content-length": String(part.length) }
    const url = await storage.presign("PUT", key, headers, `partNumber=1&uploadId=${uploadId}`)
    expect((await send("PUT", url, headers, part)).status).toBe(200)
    const checked = { "content-length": "5", "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==" }
    const second = await storage.presign("PUT", key, checked, `partNumber=2&uploadId=${uploadId}`)
    expect((await send("PUT", second, checked, "wrong")).text).toContain("BadDigest")
    expect(textsOf(await list(`uploadId=${uploadId}`), "Size")).toEqual(["64000000"])
  })

  test("with If-None-Match is completed only if the key has no object", async () => {
    const uploadId = await open()
    const part = await upload(uploadId, 1, new Uint8Array(10))
    await storage.fetchSigned(key, { method: "PUT", body: "first" })
    const response = await complete(uploadId, [part.headers.get("etag")], { "if-none-match": "*" })
    expect(response.status).toBe(412)
    expect(await (await storage.fetchSigned(key)).text()).toBe("first")
    await storage.receive()
  })

  test("is not completed with missing parts or without parts", async () => {
    const uploadId = await open()
    expect(await (await complete(uploadId, ['"0"'])).text()).toContain("InvalidPart")
    expect(await (await complete(uploadId, [])).text()).toContain("MalformedXML")
    expect(await storage.exists(key)).toBe(false)
  })

  test("belongs to its key: a request for another key can neither add parts nor complete it", async () => {
    const uploadId = await open("local/usr_2/ph_2/original")
    expect((await upload(uploadId, 1, new Uint8Array(1))).status).toBe(404)
    expect(await (await complete(uploadId, ['"0"'])).text()).toContain("NoSuchUpload")
    const abort = await storage.fetchSigned(key, { method: "DELETE", query: `uploadId=${uploadId}` })
    expect(abort.status).toBe(404)
  })

  test.each(["0", "10001", "x", "1.5"])("rejects the part number %s", async (partNumber) => {
    const uploadId = await open()
    const response = await upload(uploadId, partNumber, new Uint8Array(1))
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining("InvalidArgument"),
    ])
  })

  test.each(["../../buckets", "no-such-id", "%00"])("rejects the upload id %s", async (uploadId) => {
    expect((await storage.fetchSigned(key, { query: `uploadId=${uploadId}` })).status).toBe(404)
  })
})

describe("a multipart upload with SHA-256", () => {
  const sha256 = (body: Uint8Array | string) => createHash("sha256").update(body).digest()
  const openWith = async (headers: Record<string, string>) =>
    storage.fetchSigned(key, { method: "POST", query: "uploads", headers })
  const openChecked = async () =>
    textOf(await (await openWith({ "x-amz-checksum-algorithm": "SHA256" })).text(), "UploadId")
  const uploadChecked = (
    uploadId: string,
    partNumber: number,
    body: Uint8Array<ArrayBuffer>,
    checksum = sha256(body).toString("base64"),
  ) =>
    storage.fetchSigned(key, {
      method: "PUT",
      query: `partNumber=${partNumber}&uploadId=${uploadId}`,
      body,
      headers: { "x-amz-checksum-sha256": checksum },
    })
  const completeChecked = async (uploadId: string, parts: readonly [number, Response, string | null][]) => {
    const listed = parts.map(([partNumber, stored, checksum]) => {
      const element = checksum === null ? "" : `<ChecksumSHA256>${checksum}</ChecksumSHA256>`
      return `<Part><PartNumber>${partNumber}</PartNumber><ETag>${stored.headers.get("etag")}</ETag>${element}</Part>`
    })
    const body = `<CompleteMultipartUpload>${listed.join("")}</CompleteMultipartUpload>`
    const answer = await storage.fetchSigned(key, { method: "POST", query: `uploadId=${uploadId}`, body })
    return { status: answer.status, text: await answer.text() }
  }
  const first = new Uint8Array(fiveMiB).fill(1)
  const second = new Uint8Array(10).fill(2)
  const base64 = (body: Uint8Array) => sha256(body).toString("base64")

  test("lists the checksums of its parts and is completed with them to a composite checksum", async () => {
    const uploadId = await openChecked()
    const stored = [
      await uploadChecked(uploadId, 1, first),
      await uploadChecked(uploadId, 2, second),
    ] as const
    expect(stored[0].headers.get("x-amz-checksum-sha256")).toBe(base64(first))
    const listed = await list(`uploadId=${uploadId}`)
    expect(textsOf(listed, "ChecksumSHA256")).toEqual([base64(first), base64(second)])
    expect(textOf(listed, "ChecksumAlgorithm")).toBe("SHA256")

    const completed = await completeChecked(uploadId, [
      [1, stored[0], base64(first)],
      [2, stored[1], base64(second)],
    ])
    expect(completed.status).toBe(200)
    const composite = sha256(Buffer.concat([sha256(first), sha256(second)])).toString("base64")
    expect(textOf(completed.text, "ChecksumSHA256")).toBe(`${composite}-2`)
    await storage.receive()
  })

  test("rejects a part whose bytes do not match, a part without a checksum and one of another type", async () => {
    const uploadId = await openChecked()
    const wrong = await uploadChecked(uploadId, 1, second, base64(first))
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining("BadDigest")])
    expect(await (await upload(uploadId, 1, second)).text()).toContain(
      "expected checksum Type: sha256, actual checksum Type: null",
    )
    const query = `partNumber=1&uploadId=${uploadId}`
    const sha1 = createHash("sha1").update(second).digest("base64")
    const other = await storage.fetchSigned(key, {
      method: "PUT",
      query,
      body: second,
      headers: { "x-amz-checksum-sha1": sha1 },
    })
    expect(await other.text()).toContain("expected checksum Type: sha256, actual checksum Type: sha1")
    expect(textsOf(await list(`uploadId=${uploadId}`), "PartNumber")).toEqual([])
  })

  test("is not completed without every checksum, with another one, or with parts that are not consecutive", async () => {
    const uploadId = await openChecked()
    const stored = await uploadChecked(uploadId, 1, second)
    const later = await uploadChecked(uploadId, 3, second)
    expect((await completeChecked(uploadId, [[1, stored, null]])).text).toContain(
      "The complete request must include the checksum for each part. It was missing for part 1",
    )
    expect((await completeChecked(uploadId, [[1, stored, base64(first)]])).text).toContain("InvalidPart")
    expect((await completeChecked(uploadId, [[3, later, base64(second)]])).status).toBe(500)
    expect(await storage.exists(key)).toBe(false)
  })

  test("is required for parts with checksums, and cannot have a checksum of the whole object", async () => {
    const plain = await open()
    expect(await (await uploadChecked(plain, 1, second)).text()).toContain(
      "expected checksum Type: null, actual checksum Type: sha256",
    )
    const full = { "x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-type": "FULL_OBJECT" }
    expect(await (await openWith(full)).text()).toContain("InvalidRequest")
    expect((await openWith({ "x-amz-checksum-algorithm": "CRC64NVME" })).status).toBe(501)
  })
})

describe("stored parts", () => {
  test("are listed in pages by number with size and ETag; a later part replaces an earlier one of the same number", async () => {
    const uploadId = await open()
    for (const partNumber of [10, 2, 1]) await upload(uploadId, partNumber, new Uint8Array(partNumber))
    const replaced = await upload(uploadId, 2, new Uint8Array(22))

    const all = await list(`uploadId=${uploadId}`)
    expect(textsOf(all, "PartNumber")).toEqual(["1", "2", "10"])
    expect(textsOf(all, "Size")).toEqual(["1", "22", "10"])
    expect(textsOf(all, "ETag")[1]).toBe(replaced.headers.get("etag")?.replaceAll('"', "&quot;"))
    expect(textOf(all, "IsTruncated")).toBe("false")

    const page = await list(`uploadId=${uploadId}&max-parts=1&part-number-marker=1`)
    expect(textsOf(page, "PartNumber")).toEqual(["2"])
    expect([textOf(page, "IsTruncated"), textOf(page, "NextPartNumberMarker")]).toEqual(["true", "2"])
    expect(await list(`uploadId=${uploadId}&max-parts=many`)).toContain("InvalidArgument")
  })
})

describe("open uploads", () => {
  test("are listed in pages by key and prefix until they are aborted or completed", async () => {
    const [b, a, other] = [await open("local/b"), await open("local/a & co"), await open("thumbnails/c")]
    expect(textsOf(await list("uploads", ""), "UploadId")).toEqual([a, b, other])
    const prefixed = await list("uploads&prefix=local/", "")
    expect(textsOf(prefixed, "Key")).toEqual(["local/a &amp; co", "local/b"])

    const first = await list("uploads&max-uploads=1", "")
    expect(textsOf(first, "UploadId")).toEqual([a])
    const markers = new URLSearchParams({
      "key-marker": textOf(first, "NextKeyMarker").replace("&amp;", "&"),
      "upload-id-marker": textOf(first, "NextUploadIdMarker"),
    })
    expect(textsOf(await list(`uploads&${markers}`, ""), "UploadId")).toEqual([b, other])

    const aborted = await storage.fetchSigned("local/b", { method: "DELETE", query: `uploadId=${b}` })
    expect(aborted.status).toBe(204)
    expect(textsOf(await list("uploads", ""), "UploadId")).toEqual([a, other])
  })
})
