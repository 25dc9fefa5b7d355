import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { send, startTestStorage, type TestStorage } from "../test-storage.ts"
import { corsHeaders } from "./cors.ts"

let storage: TestStorage
beforeAll(async () => {
  storage = await startTestStorage()
})
afterAll(() => storage.remove())

const preflight = (headers: Record<string, string>) =>
  send("OPTIONS", `${storage.s3Endpoint}/photos/local/x`, headers)
const page = { origin: "https://app.example", "access-control-request-method": "PUT" }

describe("a page of an allowed origin", () => {
  test("may PUT with the headers of its preflight", async () => {
    const asked = { "access-control-request-headers": "Content-Type,If-None-Match" }
    expect(await preflight({ ...page, ...asked })).toMatchObject({
      status: 200,
      headers: {
        "access-control-allow-origin": "https://app.example",
        "access-control-allow-methods": "GET, HEAD, PUT",
        "access-control-allow-headers": "content-type,if-none-match",
        "access-control-max-age": "3000",
        vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
      },
    })
  })

  test("can read the ETag, the checksum and the request id of a response", async () => {
    const headers = { "content-length": "1", "content-type": "image/jpeg" }
    const url = await storage.presign("PUT", "thumbnails/cors", headers)
    expect(await send("PUT", url, { ...headers, origin: page.origin }, "x")).toMatchObject({
      status: 200,
      headers: {
        "access-control-allow-origin": "https://app.example",
        "access-control-expose-headers": "ETag, x-amz-checksum-sha256, x-amz-request-id",
        etag: expect.any(String),
      },
    })
  })

  test("can also read an error response", async () => {
    const response = await send("PUT", `${storage.s3Endpoint}/photos/x`, { origin: page.origin }, "x")
    expect(response).toMatchObject({
      status: 403,
      headers: { "access-control-allow-origin": "https://app.example" },
    })
  })
})

describe("a preflight is rejected", () => {
  test.each([
    ["of an origin that is not allowed", { ...page, origin: "https://evil.example" }, 403],
    ["of an origin with an allowed prefix", { ...page, origin: "https://app.example.evil" }, 403],
    ["for another method", { ...page, "access-control-request-method": "DELETE" }, 403],
    ["without an origin", { "access-control-request-method": "PUT" }, 400],
  ])("%s", async (_, headers, status) => {
    const response = await preflight(headers)
    expect(response.status).toBe(status)
    expect(response.headers["access-control-allow-origin"]).toBeUndefined()
  })
})

test("a response to another origin has no CORS headers", async () => {
  const url = await storage.presign("GET", "x")
  expect((await send("GET", url, { origin: "https://evil.example" })).headers).not.toHaveProperty(
    "access-control-allow-origin",
  )
})

test.each([
  ["*", "https://any.example", "*"],
  ["https://*.preview.example", "https://pr-1.preview.example", "https://pr-1.preview.example"],
  ["https://*.preview.example", "https://preview.example", undefined],
  ["http://localhost:*", "http://localhost:5173", "http://localhost:5173"],
])("the rule %s returns for %s: %s", (rule, origin, allowed) => {
  expect(corsHeaders({ origin }, "GET", [rule])["access-control-allow-origin"]).toBe(allowed)
})
