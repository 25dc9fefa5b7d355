import { once } from "node:events"
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"

/** What the proxy does with a request. A number: it forwards the request after that many ms. */
export type Fault =
  | "none"
  /** Closes the connection without an answer. */
  | "reset"
  /** Forwards half of the body, then closes both connections. */
  | "cut"
  /** Forwards the request and closes the connection instead of answering. */
  | "lose-response"
  /** Answers with 503 and asks to wait a second. */
  | "overload"
  /** Answers with 500. */
  | "error"
  /** Answers with 404, without forwarding. */
  | "missing"
  | number

/** A request that reached the proxy. `status` is the answer of the target; null while there is none. */
export type SeenRequest = { method: string; path: string; fault: Fault; status: number | null; at: number }

export type FaultProxy = {
  url: string
  requests: () => readonly SeenRequest[]
  /** Closes every open WebSocket and event stream, as a deploy of the server does. */
  closeChannels: () => void
  stop: () => Promise<void>
}

/** Whether a request was for this method and path. */
export const isRequest = (method: string, path: RegExp) => (request: SeenRequest) =>
  request.method === method && path.test(request.path)

/**
 * Starts an HTTP proxy in front of a server. The target sees its own host, so that signatures stay valid.
 * @param rewrite changes the text of JSON answers, for example to send uploads through another proxy
 */
export const startFaultProxy = async (
  target: string,
  nextFault: (request: { method: string; path: string }) => Fault = () => "none",
  rewrite?: (text: string) => string,
): Promise<FaultProxy> => {
  const { hostname, port, host } = new URL(target)
  const requests: SeenRequest[] = []
  const channels = new Set<Socket>()
  const see = ({ method = "", url = "" }: IncomingMessage): SeenRequest => {
    const seen = { method, path: url, fault: nextFault({ method, path: url }), status: null, at: Date.now() }
    requests.push(seen)
    return seen
  }
  const server = createServer((incoming, outgoing) => {
    const seen = see(incoming)
    const { fault } = seen
    if (fault === "reset") return void incoming.socket.destroy()
    if (fault === "overload") return void outgoing.writeHead(503, { "retry-after": "1" }).end()
    if (fault === "error") return void outgoing.writeHead(500).end()
    if (fault === "missing") return void outgoing.writeHead(404).end()
    if (typeof fault === "number") setTimeout(() => forward(incoming, outgoing, seen), fault)
    else forward(incoming, outgoing, seen)
  })
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse, seen: SeenRequest) => {
    const { method, url: path, headers } = incoming
    // Answers are rewritten as text, so they must not be compressed.
    const sent = { ...headers, host, "accept-encoding": "identity" }
    const upstream = httpRequest({ hostname, port, method, path, headers: sent })
    upstream.on("response", (answer) => {
      seen.status = answer.statusCode ?? null
      if (seen.fault === "lose-response") {
        answer.resume()
        answer.on("end", () => outgoing.destroy())
        return
      }
      const isJson = /json/.test(answer.headers["content-type"] ?? "")
      if (isJson && rewrite) void answerRewritten(answer, outgoing, rewrite)
      else {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        if (/event-stream/.test(answer.headers["content-type"] ?? "")) channels.add(incoming.socket)
        answer.pipe(outgoing)
      }
      answer.on("error", () => outgoing.destroy())
    })
    upstream.on("error", () => outgoing.destroy())
    outgoing.on("close", () => upstream.destroy())
    if (seen.fault === "cut") {
      const half = Number(headers["content-length"] ?? 0) / 2
      let forwarded = 0
      incoming.on("data", (chunk: Buffer) => {
        forwarded += chunk.length
        if (forwarded > half) incoming.socket.destroy()
      })
      if (half === 0) incoming.socket.destroy()
    }
    incoming.pipe(upstream)
  }
  // WebSockets: the bytes are forwarded as they are.
  server.on("upgrade", (incoming, socket: Socket, head) => {
    const { fault } = see(incoming)
    if (fault !== "none") return void socket.destroy()
    const upstream = connect(Number(port), hostname)
    const lines = incoming.rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`))
    upstream.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join("")}\r\n`)
    upstream.write(head)
    upstream.pipe(socket).pipe(upstream)
    channels.add(socket)
    const end = () => {
      socket.destroy()
      upstream.destroy()
    }
    for (const each of [socket, upstream]) each.on("error", end).on("close", end)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    closeChannels: () => {
      for (const socket of channels) socket.destroy()
      channels.clear()
    },
    stop: async () => {
      for (const socket of channels) socket.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

const answerRewritten = async (
  answer: IncomingMessage,
  outgoing: ServerResponse,
  rewrite: (text: string) => string,
) => {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  const body = rewrite(Buffer.concat(chunks).toString())
  const { "content-length": _length, "transfer-encoding": _encoding, ...headers } = answer.headers
  outgoing.writeHead(answer.statusCode ?? 502, headers).end(body)
}

/** A proxy in front of the API and one in front of S3; the API's answers lead to the latter. */
export const startFaultProxies = async (
  system: { edgeUrl: string; s3Endpoint: string },
  faults: Partial<Record<"api" | "storage", (request: { method: string; path: string }) => Fault>> = {},
): Promise<{ api: FaultProxy; storage: FaultProxy; stop: () => Promise<void> }> => {
  const storage = await startFaultProxy(system.s3Endpoint, faults.storage)
  const api = await startFaultProxy(system.edgeUrl, faults.api, (text) =>
    text.replaceAll(system.s3Endpoint, storage.url),
  )
  return { api, storage, stop: async () => void (await Promise.all([api.stop(), storage.stop()])) }
}
