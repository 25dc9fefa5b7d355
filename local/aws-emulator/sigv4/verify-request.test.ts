import { describe, expect, test } from "vitest"
import { awsVerifier, headerExamples, presignedExample } from "./aws-examples.ts"
import type { SignedRequest } from "./canonical-request.ts"
import { verifyRequest } from "./verify-request.ts"

const outcome = (request: SignedRequest | undefined, verifier = awsVerifier) => {
  const verified = request && verifyRequest(request, verifier)
  return verified?.ok ? "accepted" : verified?.error.reason
}
const at = (time: string) => ({ ...awsVerifier, now: () => new Date(time) })
const withHeaders = (request: SignedRequest | undefined, headers: Record<string, string>) =>
  request && { ...request, headers: new Map([...request.headers, ...Object.entries(headers)]) }

describe("the examples of the AWS documentation are accepted", () => {
  test("a presigned GET", () => {
    expect(verifyRequest(presignedExample, awsVerifier)).toEqual({
      ok: true,
      value: { payloadHash: "UNSIGNED-PAYLOAD" },
    })
  })

  test.each(Object.entries(headerExamples))("%s", (_, request) => {
    expect(outcome(request)).toBe("accepted")
  })
})

describe("a presigned request is rejected", () => {
  const changed = (from: string | RegExp, to: string): SignedRequest => {
    const query = presignedExample.query.replace(from, to)
    expect(query).not.toBe(presignedExample.query)
    return { ...presignedExample, query }
  }

  test("after it has expired, but not one second before", () => {
    expect(outcome(presignedExample, at("2013-05-25T00:00:00Z"))).toBe("accepted")
    expect(outcome(presignedExample, at("2013-05-25T00:00:01Z"))).toBe("expired")
  })

  test("before it is valid, beyond the allowed clock skew", () => {
    expect(outcome(presignedExample, at("2013-05-23T23:45:00Z"))).toBe("accepted")
    expect(outcome(presignedExample, at("2013-05-23T23:44:59Z"))).toBe("not_valid_yet")
  })

  test("when its method, path, query, host or signature was changed", () => {
    const others = [
      { ...presignedExample, method: "PUT" },
      { ...presignedExample, path: "/other.txt" },
      { ...presignedExample, query: `${presignedExample.query}&versionId=1` },
      changed("X-Amz-Expires=86400", "X-Amz-Expires=86401"),
      { ...presignedExample, headers: new Map([["host", "elsewhere"]]) },
      changed("aeeed9", "beeed9"),
    ]
    expect(others.map((request) => outcome(request))).toEqual(others.map(() => "signature_mismatch"))
  })

  test("when its access key is unknown", () => {
    expect(outcome(changed("IOSFODNN7EXAMPLE", "IOSFODNN7SOMEONE"))).toBe("access_key_unknown")
  })

  test.each([
    ["region", "us-east-1", "eu-west-1"],
    ["service", "%2Fs3%2F", "%2Fsqs%2F"],
    ["date", "%2F20130524%2F", "%2F20130525%2F"],
    ["algorithm", "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"],
    ["timestamp", "20130524T000000Z", "2013-05-24T00:00:00Z"],
    ["lifetime, which is too long", "Expires=86400", "Expires=604801"],
    ["lifetime, which is zero", "Expires=86400", "Expires=0"],
    ["lifetime, which is negative", "Expires=86400", "Expires=-1"],
    ["lifetime, which is missing", "X-Amz-Expires=86400", ""],
    ["credential, which is missing", /X-Amz-Credential=[^&]*/, ""],
  ])("as malformed for its %s", (_, from, to) => {
    expect(outcome(changed(from, to))).toBe("malformed")
  })

  test("when it has an unsigned x-amz header", () => {
    const request = withHeaders(presignedExample, { "x-amz-acl": "public-read", "x-amz-meta-a": "b" })
    expect(request && verifyRequest(request, awsVerifier)).toMatchObject({
      error: { reason: "headers_not_signed", names: ["x-amz-acl", "x-amz-meta-a"] },
    })
  })

  test("when its host is not signed", () => {
    expect(outcome(changed("SignedHeaders=host", "SignedHeaders=range"))).toBe("headers_not_signed")
  })

  test("when it is also signed in its header", () => {
    expect(outcome(withHeaders(presignedExample, { authorization: "AWS4-HMAC-SHA256 …" }))).toBe(
      "signed_twice",
    )
  })
})

describe("a request signed in its header is rejected", () => {
  const get = headerExamples["GET Object"]

  test("when the clocks differ by more than 15 minutes in either direction", () => {
    expect(outcome(get, at("2013-05-24T00:15:00Z"))).toBe("accepted")
    expect(outcome(get, at("2013-05-24T00:15:01Z"))).toBe("clock_skewed")
    expect(outcome(get, at("2013-05-23T23:44:59Z"))).toBe("clock_skewed")
  })

  test("when a signed header was changed or is missing", () => {
    expect(outcome(withHeaders(get, { range: "bytes=0-10" }))).toBe("signature_mismatch")
    const headers = new Map([...(get?.headers ?? [])].filter(([name]) => name !== "range"))
    expect(outcome(get && { ...get, headers })).toBe("signature_mismatch")
  })

  test("when an x-amz header is not signed", () => {
    expect(outcome(withHeaders(get, { "x-amz-copy-source": "/b/k" }))).toBe("headers_not_signed")
  })

  test("when its body does not match the signed hash", () => {
    const hashOfAnother = "0".repeat(64)
    expect(get && verifyRequest(get, awsVerifier, hashOfAnother)).toMatchObject({
      error: { reason: "signature_mismatch" },
    })
  })

  test.each([
    ["another kind of authorization", { authorization: "Basic a2V5OnNlY3JldA==" }],
    ["no credential", { authorization: "AWS4-HMAC-SHA256 SignedHeaders=host,Signature=00" }],
    ["no date", { "x-amz-date": "" }],
  ])("as malformed with %s", (_, headers) => {
    expect(outcome(withHeaders(get, headers))).toBe("malformed")
  })
})

test("an unsigned request is rejected", () => {
  expect(outcome({ ...presignedExample, query: "" })).toBe("unsigned")
})
