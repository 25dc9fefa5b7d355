import { createHash, createHmac } from "node:crypto"
import { SignatureV4 } from "@smithy/signature-v4"
import { AwsV4Signer } from "aws4fetch"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { SignedRequest } from "./canonical-request.ts"
import { verifyRequest } from "./verify-request.ts"

// The credentials, requests and signatures of AWS's own documentation:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
const documented = {
  region: "us-east-1",
  credentials: {
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  },
  now: () => new Date("2013-05-24T00:01:00Z"),
}
const host = "examplebucket.s3.amazonaws.com"
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const headerSigned = (
  signature: string,
  signedHeaders: string,
  request: {
    method?: string
    path?: string
    query?: string
    headers?: Record<string, string>
    hash?: string
  },
): SignedRequest => ({
  method: request.method ?? "GET",
  path: request.path ?? "/",
  query: request.query ?? "",
  headers: new Map(
    Object.entries({
      host,
      "x-amz-content-sha256": request.hash ?? emptyHash,
      "x-amz-date": "20130524T000000Z",
      ...request.headers,
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`,
    }),
  ),
})

const presignedExample: SignedRequest = {
  method: "GET",
  path: "/test.txt",
  query:
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request" +
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  headers: new Map([["host", host]]),
}

describe("AWS's documented examples verify", () => {
  test("a presigned GET", () => {
    expect(verifyRequest(presignedExample, documented)).toEqual({ ok: true, value: { payloadHash: null } })
  })

  test.each([
    [
      "GET Object",
      headerSigned(
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        "host;range;x-amz-content-sha256;x-amz-date",
        {
          path: "/test.txt",
          headers: { range: "bytes=0-9" },
        },
      ),
    ],
    [
      "PUT Object",
      headerSigned(
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        {
          method: "PUT",
          path: "/test%24file.text",
          headers: { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
          hash: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
        },
      ),
    ],
    [
      "GET Bucket Lifecycle",
      headerSigned(
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
        "host;x-amz-content-sha256;x-amz-date",
        {
          query: "lifecycle",
        },
      ),
    ],
    [
      "GET Bucket (List Objects)",
      headerSigned(
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        "host;x-amz-content-sha256;x-amz-date",
        {
          query: "max-keys=2&prefix=J",
        },
      ),
    ],
  ])("%s", (_, request) => {
    expect(verifyRequest(request, documented).ok).toBe(true)
  })
})

describe("a presigned request is refused", () => {
  const refusal = (request: SignedRequest, verifier = documented) => {
    const verified = verifyRequest(request, verifier)
    return verified.ok ? "accepted" : verified.error.code
  }
  const withQuery = (from: string | RegExp, to: string) => ({
    ...presignedExample,
    query: presignedExample.query.replace(from, to),
  })

  test("after it expired, and not a second before", () => {
    const at = (time: string) => ({ ...documented, now: () => new Date(time) })
    expect(refusal(presignedExample, at("2013-05-25T00:00:00Z"))).toBe("accepted")
    expect(refusal(presignedExample, at("2013-05-25T00:00:01Z"))).toBe("AccessDenied")
    expect(refusal(presignedExample, at("2013-05-23T23:00:00Z"))).toBe("AccessDenied")
  })

  test("when its path, method, query, host or signature is another", () => {
    expect(refusal({ ...presignedExample, path: "/other.txt" })).toBe("SignatureDoesNotMatch")
    expect(refusal({ ...presignedExample, method: "PUT" })).toBe("SignatureDoesNotMatch")
    expect(refusal({ ...presignedExample, headers: new Map([["host", "elsewhere"]]) })).toBe(
      "SignatureDoesNotMatch",
    )
    expect(refusal(withQuery("X-Amz-Expires=86400", "X-Amz-Expires=86401"))).toBe("SignatureDoesNotMatch")
    expect(refusal(withQuery("aeeed9", "beeed9"))).toBe("SignatureDoesNotMatch")
  })

  test("when its key, region, lifetime or header list is wrong", () => {
    expect(refusal(withQuery("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7SOMEBODY"))).toBe("InvalidAccessKeyId")
    expect(refusal(withQuery("us-east-1", "eu-west-1"))).toBe("SignatureDoesNotMatch")
    expect(refusal(withQuery("X-Amz-Expires=86400", "X-Amz-Expires=604801"))).toBe(
      "AuthorizationQueryParametersError",
    )
    expect(refusal(withQuery(/&X-Amz-Expires=\d+/, ""))).toBe("AuthorizationQueryParametersError")
    expect(refusal(withQuery("SignedHeaders=host", "SignedHeaders=range"))).toBe("AccessDenied")
  })

  test("when it carries an x-amz header that was not signed", () => {
    const headers = new Map([...presignedExample.headers, ["x-amz-acl", "public-read"]])
    expect(refusal({ ...presignedExample, headers })).toBe("AccessDenied")
  })

  test("when nobody signed it", () => {
    expect(refusal({ ...presignedExample, query: "" })).toBe("AccessDenied")
  })
})

describe("independent signers agree with the verification", () => {
  const now = new Date("2026-11-23T12:00:00Z")
  const verifier = { ...documented, now: () => now }
  const anyKey = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter((key) => !/^\.{1,2}$/.test(key))
  const anyBytes = fc.integer({ min: 1, max: 100_000_000 }).map(String)

  // As the AWS SDK encodes keys: encodeURIComponent leaves five characters that RFC 3986 reserves.
  const strictlyEncoded = (key: string) =>
    encodeURIComponent(key).replace(
      /[!'()*]/g,
      (reserved) => `%${reserved.charCodeAt(0).toString(16).toUpperCase()}`,
    )

  class Sha256 {
    private readonly hash
    constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
      this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", toBytes(secret))
    }
    update(data: string | ArrayBuffer | ArrayBufferView) {
      this.hash.update(toBytes(data))
    }
    digest() {
      return Promise.resolve(new Uint8Array(this.hash.digest()))
    }
    reset() {}
  }
  const toBytes = (data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array =>
    typeof data === "string"
      ? data
      : data instanceof ArrayBuffer
        ? new Uint8Array(data)
        : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

  test("AWS's own, @smithy/signature-v4, for any key and length", async () => {
    const signer = new SignatureV4({
      service: "s3",
      region: "us-east-1",
      credentials: documented.credentials,
      sha256: Sha256,
      uriEscapePath: false,
    })
    await fc.assert(
      fc.asyncProperty(anyKey, anyBytes, async (key, bytes) => {
        const path = `/bucket/${strictlyEncoded(key)}`
        const headers = { host: "127.0.0.1:9000", "content-type": "image/jpeg", "content-length": bytes }
        const signed = await signer.presign(
          {
            method: "PUT",
            protocol: "http:",
            hostname: "127.0.0.1",
            path,
            headers: { ...headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
          },
          {
            signingDate: now,
            expiresIn: 900,
            unhoistableHeaders: new Set(),
            signableHeaders: new Set(["content-type", "content-length"]),
          },
        )
        const query = Object.entries(signed.query ?? {})
          .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
          .join("&")
        const request = { method: "PUT", path, query, headers: new Map(Object.entries(headers)) }
        expect(verifyRequest(request, verifier)).toMatchObject({ ok: true })
      }),
    )
  })

  test("aws4fetch, with every header that the edge signs", async () => {
    // It signs an encoded slash or a plus as what they decode to; S3 and the two others don't.
    const keyItCanSign = anyKey.filter((key) => !/[/+]/.test(key))
    await fc.assert(
      fc.asyncProperty(keyItCanSign, anyBytes, async (key, bytes) => {
        const headers = {
          "content-type": "image/heic",
          "content-length": bytes,
          "if-none-match": "*",
          "x-amz-checksum-sha256": "abc=",
        }
        const { url } = await new AwsV4Signer({
          method: "PUT",
          url: `http://127.0.0.1:9000/bucket/${encodeURIComponent(key)}?X-Amz-Expires=900`,
          headers,
          ...documented.credentials,
          service: "s3",
          region: "us-east-1",
          signQuery: true,
          allHeaders: true,
          datetime: "20261123T120000Z",
        }).sign()
        const request = (sent: Record<string, string>): SignedRequest => ({
          method: "PUT",
          path: url.pathname,
          query: url.search.slice(1),
          headers: new Map(Object.entries({ host: url.host, ...sent })),
        })
        expect(verifyRequest(request(headers), verifier).ok).toBe(true)
        expect(verifyRequest(request({ ...headers, "content-type": "text/html" }), verifier).ok).toBe(false)
        expect(verifyRequest(request({ ...headers, "content-length": `${bytes}0` }), verifier).ok).toBe(false)
      }),
    )
  })
})
