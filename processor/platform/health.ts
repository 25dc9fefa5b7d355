import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export type HealthServer = { port: number; close: () => Promise<void> }

/**
 * `GET /healthz` returns 200 while the process runs, `GET /readyz` 200 while it accepts work and 503 otherwise.
 * @throws Error when the port is in use
 */
export const startHealthServer = async (port: number, isReady: () => boolean): Promise<HealthServer> => {
  const server = createServer((request, response) => {
    const status =
      request.url === "/healthz" ? 200 : request.url === "/readyz" ? (isReady() ? 200 : 503) : 404
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ status }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    port: address.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
