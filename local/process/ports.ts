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

// Below the ports that Linux and macOS give to outgoing connections (32768 and above, 49152 and above): one of those can
// be taken between the check and the start of the program. Above 20000 few programs have their default.
const freePorts = { first: 20_000, count: 12_000 }

const maxAttempts = 100

/** Returns a currently free port on the loopback interface. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listenOnce(freePorts.first + Math.floor(Math.random() * freePorts.count))
    } catch (error) {
      if (attempt === maxAttempts) throw error
    }
  }
}

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
