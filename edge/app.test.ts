import { expect, test } from "vitest"
import { expectProblem, send } from "./testing/test-api.ts"

test("Allow lists HEAD together with GET", async () => {
  const response = await send("DELETE", "/.well-known/jwks.json")
  expect(response.headers.get("allow")).toBe("GET, HEAD")
  await expectProblem(response, 405, "method-not-allowed")
})

test("an unknown path is a problem document", async () => {
  await expectProblem(await send("GET", "/nothing/here"), 404, "not-found")
})

test("an unsupported method on a known path lists the supported methods in Allow", async () => {
  const response = await send("GET", "/auth/register")
  expect(response.headers.get("allow")).toBe("POST")
  await expectProblem(response, 405, "method-not-allowed")
})

test("every response continues the caller's trace", async () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }
  const response = await send("GET", "/nothing/here", { headers })
  expect(response.headers.get("traceparent")).toContain(traceId)
  expect(await response.json()).toMatchObject({ traceId })
})

test("a malformed traceparent starts a new trace", async () => {
  const response = await send("GET", "/nothing/here", { headers: { traceparent: "00-zzz-1-01" } })
  expect(response.headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
})
