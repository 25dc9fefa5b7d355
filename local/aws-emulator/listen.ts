import { once } from "node:events"
import type { Server } from "node:http"

/** Nothing outside this machine reaches what listens here. */
const loopback = "127.0.0.1"

/**
 * @param port 0 takes any
 * @returns the origin under which the server answers, such as `http://127.0.0.1:9000`
 * @throws Error naming the port, with the code EADDRINUSE when it is taken
 */
export const listen = async (server: Server, port: number, name: string): Promise<string> => {
  try {
    server.listen(port, loopback)
    await once(server, "listening")
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const isTaken = "code" in error && error.code === "EADDRINUSE"
    const reason = isTaken ? "is taken by another program" : `can't be opened (${error.message})`
    throw Object.assign(new Error(`${name}: port ${port} on ${loopback} ${reason}`, { cause: error }), {
      code: "code" in error ? error.code : undefined,
    })
  }
  const address = server.address()
  const bound = address !== null && typeof address === "object" ? address.port : port
  return `http://${loopback}:${bound}`
}

/** Ends a server at once, with the connections it has. */
export const close = async (server: Server): Promise<void> => {
  const closed = once(server, "close")
  server.close()
  server.closeAllConnections()
  await closed
}
