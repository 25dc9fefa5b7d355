import { once } from "node:events"
import type { Server } from "node:http"

// Not reachable from other machines.
const loopback = "127.0.0.1"

/**
 * Starts a server on the loopback interface.
 * @param port 0 selects a free port
 * @returns the server's origin, such as `http://127.0.0.1:9000`
 * @throws Error that names the port, with the code EADDRINUSE if it is already in use
 */
export const listen = async (server: Server, port: number, name: string): Promise<string> => {
  try {
    server.listen(port, loopback)
    await once(server, "listening")
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const isInUse = "code" in error && error.code === "EADDRINUSE"
    const reason = isInUse ? "is already in use" : `cannot be opened (${error.message})`
    throw Object.assign(new Error(`${name}: port ${port} on ${loopback} ${reason}`, { cause: error }), {
      code: "code" in error ? error.code : undefined,
    })
  }
  const address = server.address()
  const bound = address !== null && typeof address === "object" ? address.port : port
  return `http://${loopback}:${bound}`
}

/** Closes a server and its connections at once. */
export const close = async (server: Server): Promise<void> => {
  const closed = once(server, "close")
  server.close()
  server.closeAllConnections()
  await closed
}
