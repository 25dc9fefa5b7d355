import { once } from "node:events"
import { Agent, request as httpRequest, type IncomingHttpHeaders, IncomingMessage } from "node:http"
import type { Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { type ObjectAddress, pathOf } from "./address.ts"
import type { Headers } from "./s3-request.ts"

export type UpstreamRequest = { method: string; path: string; headers: Headers; body?: UpstreamBody }

/** A body and its check. fauxqs never gets the end of a body that `check` rejects. */
export type UpstreamBody = { source: Readable; check: Transform }

export type UpstreamAnswer = { status: number; headers: IncomingHttpHeaders; body: Readable }

/** A stored object. The ETag has no quotes. */
export type ObjectFacts = { bytes: number; etag: string }

/** Requests to fauxqs. */
export type Upstream = {
  /** @throws Error of the body's check; then nothing is stored */
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
    // If the body fails first, report its error.
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

// A chunked body ends only when we end it, and not at its content-length. fauxqs also fails on a body of length 0.
const framed = (headers: Headers, body: UpstreamBody | undefined): Headers =>
  body ? { ...headers, "transfer-encoding": "chunked" } : headers
