import { createHash, createHmac } from "node:crypto"
import { SignatureV4 } from "@smithy/signature-v4"
import { AwsV4Signer } from "aws4fetch"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { awsVerifier } from "./aws-examples.ts"
import type { SignedRequest } from "./canonical-request.ts"
import { uriEncode, uriEncodePath } from "./uri-encoding.ts"
import { verifyRequest } from "./verify-request.ts"

const now = new Date("2026-11-23T12:00:00Z")
const timestamp = "20261123T120000Z"
const host = "127.0.0.1:9000"
const verifier = { ...awsVerifier, now: () => now }
const accepts = (request: SignedRequest) => verifyRequest(request, verifier).ok

// Keys of arbitrary characters. Characters that encoders treat differently are more frequent.
const awkward = fc.constantFrom(
  " ",
  "+",
  "%2F",
  "%",
  "/",
  "?",
  "#",
  "&",
  "=",
  "'",
  "(",
  "!",
  "*",
  "~",
  "é",
  "📷",
)
const key = fc
  .array(fc.oneof(fc.string({ unit: "grapheme", maxLength: 8 }), awkward), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(""))
  // The URL parser of fetch resolves such segments.
  .filter((text) => text !== "" && !text.split("/").some((segment) => segment === "." || segment === ".."))
const headerValue = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/)
const metadata = fc.dictionary(fc.stringMatching(/^x-amz-meta-[a-z0-9]{1,8}$/), headerValue, { maxKeys: 4 })
const bytes = fc.integer({ min: 1, max: 100_000_000 }).map(String)

type Data = string | ArrayBuffer | ArrayBufferView

/** The hash for @smithy/signature-v4, which needs a constructor. */
class Sha256 {
  private readonly hash

  constructor(secret?: Data) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret))
  }

  update(data: Data): void {
    this.hash.update(bytesOf(data))
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.hash.digest())
  }

  reset(): void {}
}

const bytesOf = (data: Data): string | Uint8Array => {
  if (typeof data === "string") return data
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

describe("requests signed with the signer of AWS (@smithy/signature-v4) are accepted", () => {
  const signer = new SignatureV4({
    service: "s3",
    region: verifier.region,
    credentials: verifier.credentials,
    sha256: Sha256,
    uriEscapePath: false,
  })
  const unsigned = (path: string, headers: Record<string, string>) => ({
    method: "PUT",
    protocol: "http:",
    hostname: "127.0.0.1",
    path,
    headers: { host, ...headers },
  })

  test("for a presigned PUT of any key, length and metadata, and rejected after any change", async () => {
    await fc.assert(
      fc.asyncProperty(key, bytes, metadata, async (name, length, meta) => {
        const path = uriEncodePath(`/bucket/${name}`)
        const headers = { "content-type": "image/jpeg", "content-length": length, ...meta }
        const names = new Set(Object.keys(headers))
        const signed = await signer.presign(
          unsigned(path, { ...headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }),
          { signingDate: now, expiresIn: 900, unhoistableHeaders: names, signableHeaders: names },
        )
        const query = Object.entries(signed.query ?? {})
          .map(([parameter, value]) => `${uriEncode(parameter)}=${uriEncode(String(value))}`)
          .join("&")
        const sent = (changes: Record<string, string> = {}): SignedRequest => ({
          method: "PUT",
          path,
          query,
          headers: new Map(Object.entries({ host, ...headers, ...changes })),
        })
        expect(accepts(sent())).toBe(true)
        expect(accepts(sent({ "content-type": "text/html" }))).toBe(false)
        expect(accepts(sent({ "content-length": `${length}0` }))).toBe(false)
        expect(accepts(sent({ "x-amz-meta-unsigned-one": "1" }))).toBe(false)
      }),
    )
  })

  test("for a request signed in its header", async () => {
    await fc.assert(
      fc.asyncProperty(key, metadata, async (name, meta) => {
        const path = uriEncodePath(`/bucket/${name}`)
        const headers = { ...meta, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }
        const signed = await signer.sign(unsigned(path, headers), { signingDate: now })
        const lowerCase = Object.entries(signed.headers).map(
          ([name, value]) => [name.toLowerCase(), value] as const,
        )
        expect(accepts({ method: "PUT", path, query: "", headers: new Map(lowerCase) })).toBe(true)
      }),
    )
  })
})

describe("requests signed with aws4fetch are accepted", () => {
  test("for a presigned PUT of any key with every header that the edge signs, and rejected after any change", async () => {
    await fc.assert(
      fc.asyncProperty(key, bytes, async (name, length) => {
        const headers = {
          "content-type": "image/heic",
          "content-length": length,
          "if-none-match": "*",
          "x-amz-checksum-sha256": "abc=",
        }
        const { url } = await new AwsV4Signer({
          method: "PUT",
          url: `http://${host}${uriEncodePath(`/bucket/${name}`)}?X-Amz-Expires=900`,
          headers,
          ...verifier.credentials,
          service: "s3",
          region: verifier.region,
          signQuery: true,
          allHeaders: true,
          datetime: timestamp,
        }).sign()
        const sent = (changed: Record<string, string>): SignedRequest => ({
          method: "PUT",
          path: url.pathname,
          query: url.search.slice(1),
          headers: new Map(Object.entries({ host, ...headers, ...changed })),
        })
        expect(accepts(sent({}))).toBe(true)
        expect(accepts(sent({ "content-type": "text/html" }))).toBe(false)
        expect(accepts(sent({ "content-length": `${length}0` }))).toBe(false)
        expect(accepts(sent({ "if-none-match": "" }))).toBe(false)
        expect(accepts(sent({ "x-amz-checksum-sha256": "abd=" }))).toBe(false)
      }),
    )
  })

  test("for a listing with any query, including spaces", async () => {
    await fc.assert(
      fc.asyncProperty(key, async (prefix) => {
        const unsigned = new URL(`http://${host}/bucket`)
        unsigned.searchParams.set("list-type", "2")
        unsigned.searchParams.set("prefix", prefix)
        const { url, headers } = await new AwsV4Signer({
          method: "GET",
          url: unsigned.href,
          ...verifier.credentials,
          service: "s3",
          region: verifier.region,
          datetime: timestamp,
        }).sign()
        const sent = new Map([...headers, ["host", host] as const])
        expect(
          accepts({ method: "GET", path: url.pathname, query: url.search.slice(1), headers: sent }),
        ).toBe(true)
      }),
    )
  })
})

test("a slash in a key may be encoded or not, and a raw plus is a space, as in S3", async () => {
  const sign = (path: string) =>
    new AwsV4Signer({
      method: "GET",
      url: `http://${host}${path}?X-Amz-Expires=900`,
      ...verifier.credentials,
      service: "s3",
      region: verifier.region,
      signQuery: true,
      datetime: timestamp,
    }).sign()
  for (const [signedPath, sentPath] of [
    ["/bucket/a%2Fb", "/bucket/a/b"],
    ["/bucket/a+b", "/bucket/a%20b"],
  ] as const) {
    const { url } = await sign(signedPath)
    const request = { method: "GET", query: url.search.slice(1), headers: new Map([["host", host]]) }
    expect(accepts({ ...request, path: url.pathname })).toBe(true)
    expect(accepts({ ...request, path: sentPath })).toBe(true)
  }
})
