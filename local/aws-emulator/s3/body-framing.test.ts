import { once } from "node:events"
import { request as httpRequest } from "node:http"
import { connect } from "node:net"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestStorage, type TestStorage } from "../test-storage.ts"

let storage: TestStorage
beforeAll(async () => {
  storage = await startTestStorage()
})
afterAll(() => storage.remove())

const waiting = async (key: string, signed: Record<string, string>, sent: Record<string, string>) => {
  const url = await storage.presign("PUT", key, signed)
  const request = httpRequest(url, {
    method: "PUT",
    headers: { ...sent, expect: "100-continue" },
    agent: false,
  })
  request.flushHeaders()
  return request
}

test("a sender that waits for 100 Continue receives it, and its object is stored", async () => {
  const headers = { "content-length": "4", "content-type": "image/jpeg" }
  const request = await waiting("thumbnails/asked", headers, headers)
  await once(request, "continue")
  request.end("body")
  const [response] = await once(request, "response")
  expect(response.statusCode).toBe(200)
  response.resume()
  expect(await storage.exists("thumbnails/asked")).toBe(true)
})

test("an invalid request is rejected without 100 Continue", async () => {
  const headers = { "content-length": "4", "content-type": "image/jpeg" }
  const request = await waiting("local/unasked", headers, { ...headers, "content-type": "text/html" })
  let wasAsked = false
  request.on("continue", () => {
    wasAsked = true
  })
  const [response] = await once(request, "response")
  expect([response.statusCode, response.headers.connection, wasAsked]).toEqual([403, "close", false])
  request.destroy()
})

test("a body without a content-length is rejected with 411", async () => {
  const url = await storage.presign("PUT", "local/chunked", { "content-type": "image/jpeg" })
  const request = httpRequest(url, {
    method: "PUT",
    headers: { "content-type": "image/jpeg", "transfer-encoding": "chunked" },
    agent: false,
  })
  request.end("body")
  const [response] = await once(request, "response")
  const text = Buffer.concat(await response.toArray()).toString()
  expect([response.statusCode, text]).toEqual([411, expect.stringContaining("MissingContentLength")])
  expect(await storage.exists("local/chunked")).toBe(false)
})

test("an incomplete body stores nothing and does not block its key", async () => {
  const headers = { "content-length": "1000", "content-type": "image/jpeg", "if-none-match": "*" }
  const url = new URL(await storage.presign("PUT", "local/short", headers))
  const socket = connect(Number(url.port), url.hostname)
  await once(socket, "connect")
  const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}`)
  socket.write(`PUT ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\nonly this much`)
  socket.end()
  // The server ends the request by closing the connection.
  socket.resume()
  await once(socket, "close")
  expect(await storage.exists("local/short")).toBe(false)
  expect(await storage.receive()).toEqual([])

  const again = await storage.fetchSigned("local/short", {
    method: "PUT",
    body: "whole",
    headers: { "if-none-match": "*" },
  })
  expect(again.status).toBe(200)
  await storage.receive()
})
