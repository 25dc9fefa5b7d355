import { once } from "node:events"
import { Agent, request as httpRequest, type IncomingHttpHeaders, IncomingMessage } from "node:http"
import type { Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { type ObjectAddress, pathOf } from "./address.ts"
import type { Headers } from "./s3-request.ts"

export type UpstreamRequest = { method: string; path: string; headers: Headers; body?: UpstreamBody }

/** Bytes, and what they pass on their way: the emulator never sees the end of a body that `check` refuses. */
export type UpstreamBody = { source: Readable; check: Transform }

export type UpstreamAnswer = { status: number; headers: IncomingHttpHeaders; body: Readable }

/** What is stored under a key. The ETag is without quotes. */
export type ObjectFacts = { bytes: number; etag: string }

/** The emulator behind the front. */
export type Upstream = {
  /** @throws Error of the body's check, after which nothing is stored */
  send: (request: UpstreamRequest) => Promise<UpstreamAnswer>
  head: (address: ObjectAddress) => Promise<ObjectFacts | null>
  close: () => void
}

export const upstreamAt = (port: number): Upstream => {
  const agent = new Agent({ keepAlive: true })
  const send = async ({ method, path, headers, body }: UpstreamRequest): Promise<UpstreamAnswer> => {
    const asking = httpRequest({
      host: "127.0.0.1",
      port,
      agent,
      method,
      path,
      headers: framed(headers, body),
    })
    const answered = once(asking, "response")
    // When the body fails first, that is the error to tell.
    answered.catch(() => undefined)
    if (body) await pipeline(body.source, body.check, asking)
    else asking.end()
    const [answer]: unknown[] = await answered
    if (!(answer instanceof IncomingMessage)) throw new Error("The emulator gave no answer")
    return { status: answer.statusCode ?? 502, headers: answer.headers, body: answer }
  }
  return {
    send,
    head: async (address) => {
      const { status, headers, body } = await send({ method: "HEAD", path: pathOf(address), headers: {} })
      body.resume()
      if (status !== 200) return null
      return { bytes: Number(headers["content-length"]), etag: (headers.etag ?? "").replaceAll('"', "") }
    },
    close: () => agent.destroy(),
  }
}

// Chunked, a body ends when we say so and not when enough bytes came; and fauxqs fails on a body of length 0.
const framed = (headers: Headers, body: UpstreamBody | undefined): Headers =>
  body ? { ...headers, "transfer-encoding": "chunked" } : headers
