import { createServer } from "node:net"

const loopback = "127.0.0.1"

/**
 * Checks that `port` is free before a program that cannot explain the conflict is started on it.
 * @param settingName the environment variable that sets this port
 * @throws Error that names the setting to change and a free value
 */
export const assertPortFree = async (port: number, settingName: string): Promise<void> => {
  try {
    await listenOnce(port)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const isInUse = "code" in error && error.code === "EADDRINUSE"
    const reason = isInUse ? "is already in use" : `cannot be opened (${error.message})`
    const remedy = `Set ${settingName} to a free port, for example: ${settingName}=${alternativeTo(port)} npm start`
    throw new Error(`Port ${port} ${reason}. ${remedy}`, { cause: error })
  }
}

/** Returns a currently free port on the loopback interface. */
export const freePort = (): Promise<number> => listenOnce(0)

// 8787 → 18787: easy to recognise, and rarely the default of another program.
const alternativeTo = (port: number): number => (port + 10_000 <= 65_535 ? port + 10_000 : port - 10_000)

const listenOnce = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(port, loopback, () => {
      const address = server.address()
      const bound = address !== null && typeof address === "object" ? address.port : port
      server.close(() => resolve(bound))
    })
  })
