import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"

/** What the proxy does with a request: forward it, reject it, or forward it and drop the response. */
export type ProxyAction = "pass" | "reject" | "lose-response"

export type FaultyProxy = {
  url: string
  /** Ids of all accepted events, with repetitions. */
  eventIds: () => string[]
  stop: () => Promise<void>
}

/** Starts a proxy to `target`, which is evaluated at each request. */
export const startFaultyProxy = async (
  target: () => string,
  nextAction: () => ProxyAction,
): Promise<FaultyProxy> => {
  const accepted: string[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request)
      const action = nextAction()
      if (action === "reject") {
        response.writeHead(503).end()
        return
      }
      const headers = Object.entries(request.headers).filter(([name]) =>
        /^(content-type|webhook-)/.test(name),
      )
      try {
        const forwarded = await fetch(target(), {
          method: "POST",
          headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
          body,
        })
        const text = await forwarded.text()
        if (forwarded.ok) accepted.push(...acceptedIds(body, text))
        if (action === "lose-response") response.destroy()
        else response.writeHead(forwarded.status, { "content-type": "application/json" }).end(text)
      } catch {
        response.writeHead(502).end()
      }
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/internal/events`,
    eventIds: () => [...accepted],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const acceptedIds = (body: string, responseText: string): string[] => {
  const { failed } = JSON.parse(responseText) as { failed: { id: string }[] }
  const failedIds = new Set(failed.map(({ id }) => id))
  return (JSON.parse(body) as { id: string }[]).map(({ id }) => id).filter((id) => !failedIds.has(id))
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
