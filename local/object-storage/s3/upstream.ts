import { once } from "node:events"
import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http"
import { pipeline } from "node:stream/promises"
import { bodyCheck } from "./body-check.ts"
import type { S3Operation } from "./s3-operation.ts"

export type UpstreamAnswer = { status: number; headers: IncomingHttpHeaders; body: IncomingMessage }

/** The emulator behind the front. */
export type Upstream = {
  /** Streams the request on. @throws BodyRefused when its body is not what its headers say; nothing is stored then */
  send: (
    operation: S3Operation,
    request: IncomingMessage,
    payloadHash: string | null,
  ) => Promise<UpstreamAnswer>
  /** Size in bytes and ETag of the object under a raw path, or null. */
  head: (path: string) => Promise<{ size: number; etag: string } | null>
  close: () => void
}

// What the front has dealt with, and what concerns one connection only (RFC 9110 §7.6.1).
const ownHeaders = [
  "authorization",
  "connection",
  "expect",
  "host",
  "if-none-match",
  "x-amz-content-sha256",
  "x-amz-date",
]

export const upstreamAt = (port: number): Upstream => {
  const agent = new Agent({ keepAlive: true })
  const ask = (method: string, path: string, headers: IncomingHttpHeaders) =>
    httpRequest({ host: "127.0.0.1", port, agent, method, path, headers })
  return {
    send: async (operation, request, payloadHash) => {
      const path = operation.query ? `${operation.path}?${operation.query}` : operation.path
      const isRead = request.method === "GET" || request.method === "HEAD"
      const upstream = ask(request.method ?? "GET", path, forwardedHeaders(request.headers, isRead))
      const answered = once(upstream, "response")
      answered.catch(() => undefined)
      if (isRead) upstream.end()
      else await pipeline(request, bodyCheck(expectedBody(request.headers, payloadHash)), upstream)
      const [answer] = (await answered) as [IncomingMessage]
      return { status: answer.statusCode ?? 502, headers: answer.headers, body: answer }
    },
    head: async (path) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "HEAD" })
      if (!response.ok) return null
      const { headers } = response
      return {
        size: Number(headers.get("content-length")),
        etag: (headers.get("etag") ?? "").replaceAll('"', ""),
      }
    },
    close: () => agent.destroy(),
  }
}

const forwardedHeaders = (headers: IncomingHttpHeaders, isRead: boolean): IncomingHttpHeaders =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !ownHeaders.includes(name) || (isRead && name === "if-none-match"),
    ),
  )

const expectedBody = (headers: IncomingHttpHeaders, payloadHash: string | null) => ({
  bytes: Number(headers["content-length"] ?? 0),
  payloadHash,
  checksumSha256: headers["x-amz-checksum-sha256"]?.toString(),
  contentMd5: headers["content-md5"]?.toString(),
})
