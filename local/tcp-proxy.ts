import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** The traffic of one connection. A round trip consists of bytes to the server followed by bytes from it. */
export type ProxiedConnection = { roundTrips: number; bytesUp: number; bytesDown: number }

export type TcpProxy = {
  port: number
  /** Connections opened since the last `reset`, in order. */
  connections: () => readonly ProxiedConnection[]
  reset: () => void
  /** Sets the delay of each direction for later bytes. */
  setDelay: (delayMs: number) => void
  stop: () => Promise<void>
}

/** Starts a TCP proxy that adds a delay and counts round trips. */
export const startTcpProxy = async (to: { host: string; port: number }, delayMs = 0): Promise<TcpProxy> => {
  let connections: ProxiedConnection[] = []
  let delay = delayMs
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(to)
    const traffic: ProxiedConnection = { roundTrips: 0, bytesUp: 0, bytesDown: 0 }
    connections.push(traffic)
    let isRequesting = false
    relay(
      client,
      upstream,
      () => delay,
      (bytes) => {
        traffic.bytesUp += bytes
        isRequesting = true
      },
    )
    relay(
      upstream,
      client,
      () => delay,
      (bytes) => {
        traffic.bytesDown += bytes
        if (isRequesting) traffic.roundTrips += 1
        isRequesting = false
      },
    )
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.once("close", () => sockets.delete(socket))
    }
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    reset: () => {
      connections = []
    },
    setDelay: (ms) => {
      delay = ms
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
}

/** Forwards each chunk after `delayOf()` ms. Timers of equal length fire in order, so the bytes stay in order. */
const relay = (from: Socket, to: Socket, delayOf: () => number, count: (bytes: number) => void): void => {
  from.setNoDelay(true)
  from.on("data", (chunk: Buffer) => {
    count(chunk.length)
    const delayMs = delayOf()
    if (delayMs === 0) to.write(chunk)
    else setTimeout(() => to.write(chunk), delayMs)
  })
  from.on("end", () => setTimeout(() => to.end(), delayOf()))
  from.on("error", () => to.destroy())
}
