import { once } from "node:events"
import { Agent, request as httpRequest, type IncomingHttpHeaders, IncomingMessage } from "node:http"
import type { Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { type ObjectAddress, pathOf } from "./address.ts"
import type { Headers } from "./s3-request.ts"

export type UpstreamRequest = { method: string; path: string; headers: Headers; body?: UpstreamBody }

/** A body and the transform that checks it. If `check` fails, fauxqs gets an incomplete body and stores nothing. */
export type UpstreamBody = { source: Readable; check: Transform }

export type UpstreamResponse = { status: number; headers: IncomingHttpHeaders; body: Readable }

/** A stored object. The ETag has no quotes. */
export type ObjectFacts = { bytes: number; etag: string }

/** An HTTP client for fauxqs. */
export type Upstream = {
  /** Sends a request. @throws the error of the body's check; nothing is stored in this case */
  send: (request: UpstreamRequest) => Promise<UpstreamResponse>
  head: (address: ObjectAddress) => Promise<ObjectFacts | null>
  close: () => void
}

export const upstreamAt = (port: number): Upstream => {
  const agent = new Agent({ keepAlive: true })
  const send = async ({ method, path, headers, body }: UpstreamRequest): Promise<UpstreamResponse> => {
    const outgoing = httpRequest({
      host: "127.0.0.1",
      port,
      agent,
      method,
      path,
      headers: framed(headers, body),
    })
    const responded = once(outgoing, "response")
    // If the body fails first, report its error.
    responded.catch(() => undefined)
    if (body) await pipeline(body.source, body.check, outgoing)
    else outgoing.end()
    const [response]: unknown[] = await responded
    if (!(response instanceof IncomingMessage)) throw new Error("fauxqs sent no response")
    return { status: response.statusCode ?? 502, headers: response.headers, body: response }
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

// With chunked encoding, a body that fails its check is incomplete; with a content-length it could already be complete.
// In addition, fauxqs fails for a body with a content-length of 0.
const framed = (headers: Headers, body: UpstreamBody | undefined): Headers =>
  body ? { ...headers, "transfer-encoding": "chunked" } : headers
