import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"

/** What stands between the relay and the edge: lets a request through, refuses it, or loses its answer. */
export type ProxyFate = "pass" | "refuse" | "lose-answer"

export type RefusingProxy = {
  url: string
  /** Ids of all events that came through, as often as they did. */
  eventIds: () => string[]
  stop: () => Promise<void>
}

/** Starts a proxy before `target`, which is asked for when a request comes. */
export const startRefusingProxy = async (
  target: () => string,
  fate: () => ProxyFate,
): Promise<RefusingProxy> => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request)
      const lot = fate()
      if (lot === "refuse") {
        response.writeHead(503).end()
        return
      }
      const headers = Object.entries(request.headers).filter(([name]) =>
        /^(content-type|webhook-)/.test(name),
      )
      try {
        const answer = await fetch(target(), {
          method: "POST",
          headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
          body,
        })
        await answer.body?.cancel()
        if (answer.ok) seen.push(...(JSON.parse(body) as { id: string }[]).map(({ id }) => id))
        if (lot === "lose-answer") response.destroy()
        else response.writeHead(answer.status).end()
      } catch {
        response.writeHead(502).end()
      }
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/internal/events`,
    eventIds: () => [...seen],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
