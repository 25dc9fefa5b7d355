import { expect, test } from "vitest"
import { newUser, send } from "./testing/test-api.ts"

const origin = "https://photos.example"
const preflight = {
  origin,
  "access-control-request-method": "POST",
  "access-control-request-headers": "authorization",
}

test("every response has the security headers", async () => {
  const { token } = await newUser()
  const responses = [
    await send("GET", "/.well-known/jwks.json"),
    await send("GET", "/nothing/here"),
    await send("GET", "/queries/photos"),
    await send("GET", "/queries/photos", { token }),
  ]
  for (const { headers } of responses) {
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get("x-content-type-options")).toBe("nosniff")
    expect(headers.get("x-frame-options")).toBe("DENY")
    expect(headers.get("referrer-policy")).toBe("no-referrer")
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin")
  }
})

test("a response without its own Cache-Control is not stored by caches", async () => {
  expect((await send("GET", "/queries/photos")).headers.get("cache-control")).toBe("no-store")
})

test("a response with its own Cache-Control keeps it", async () => {
  const { token } = await newUser()
  const photos = await send("GET", "/queries/photos", { token })
  expect(photos.headers.get("cache-control")).toBe("private, no-cache")
  const keys = await send("GET", "/.well-known/jwks.json")
  expect(keys.headers.get("cache-control")).toBe("public, max-age=300")
})

test("Strict-Transport-Security is sent over https and never over http", async () => {
  const secure = await send("GET", "https://api.example/.well-known/jwks.json")
  expect(secure.headers.get("strict-transport-security")).toBe("max-age=63072000; includeSubDomains")
  const plain = await send("GET", "http://api.example/.well-known/jwks.json")
  expect(plain.headers.get("strict-transport-security")).toBeNull()
})

test("a preflight of a configured origin succeeds without a token", async () => {
  const response = await send("OPTIONS", "/commands/upload-jobs", {
    headers: preflight,
    variables: { CORS_ORIGINS: `https://other.example, ${origin}` },
  })
  expect(response.status).toBe(204)
  expect(response.headers.get("access-control-allow-origin")).toBe(origin)
  expect(response.headers.get("access-control-allow-methods")).toBe("GET,HEAD,POST,DELETE")
  expect(response.headers.get("access-control-allow-headers")).toBe(
    "authorization,content-type,idempotency-key,if-none-match,last-event-id,traceparent",
  )
  expect(response.headers.get("access-control-max-age")).toBe("600")
  expect(response.headers.get("access-control-allow-credentials")).toBeNull()
})

test("a configured origin may read every response, including errors", async () => {
  const variables = { CORS_ORIGINS: origin }
  const { token } = await newUser()
  const responses = [
    await send("GET", "/queries/photos", { token, headers: { origin }, variables }),
    await send("GET", "/queries/photos", { headers: { origin }, variables }),
    await send("GET", "/queries/photos?size=x", { token, headers: { origin }, variables }),
  ]
  expect(responses.map(({ status }) => status)).toEqual([200, 401, 422])
  for (const { headers } of responses) {
    expect(headers.get("access-control-allow-origin")).toBe(origin)
    expect(headers.get("access-control-expose-headers")).toBe(
      "ETag,Link,Location,RateLimit,RateLimit-Policy,Retry-After,traceparent,Idempotency-Replayed",
    )
    expect(headers.get("vary")).toBe("Origin")
  }
})

test("an origin that is not configured gets no CORS header", async () => {
  for (const variables of [{}, { CORS_ORIGINS: "https://other.example" }]) {
    const responses = [
      await send("OPTIONS", "/commands/upload-jobs", { headers: preflight, variables }),
      await send("GET", "/.well-known/jwks.json", { headers: { origin }, variables }),
    ]
    for (const { headers } of responses)
      expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([])
  }
})

test("with `*` any origin may call", async () => {
  const variables = { CORS_ORIGINS: "*" }
  const response = await send("GET", "/.well-known/jwks.json", { headers: { origin }, variables })
  expect(response.headers.get("access-control-allow-origin")).toBe("*")
})
