import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import postgres from "postgres"
import { startChild } from "../process/child-process.ts"
import { assertPortFree, freePort } from "../process/ports.ts"
import { ensureCluster, superuser } from "./cluster.ts"
import { endLeftoverServer, serverMark } from "./leftover-server.ts"
import { postgresPlace } from "./location.ts"

export type LocalPostgres = {
  url: string
  /** Ends open connections and stops the server. The data stays. */
  stop: () => Promise<void>
}

/**
 * Starts PostgreSQL on the loopback interface with its data in `dataDir`, which is made at the first start.
 * @param options.port 0 takes a free one
 * @throws Error naming the port when it is taken
 * @throws Error when another living process uses `dataDir`
 */
export const startPostgres = async (options: {
  port: number
  dataDir: string
  database: string
}): Promise<LocalPostgres> => {
  await mkdir(dirname(options.dataDir), { recursive: true })
  const place = await postgresPlace(options.dataDir)
  await endLeftoverServer(place.dataDir)
  await assertPortFree(options.port, "POSTGRES_PORT")
  await ensureCluster(place)

  const port = options.port === 0 ? await freePort() : options.port
  const server = await startChild({
    name: "PostgreSQL",
    command: place.programs.postgres,
    args: ["-D", place.dataDir, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    user: place.user,
    cwd: "/",
    ready: { line: (line) => line.includes("database system is ready to accept connections") },
    // A fast shutdown: SIGTERM would wait until every client has left.
    stopSignal: "SIGINT",
    logFile: `${options.dataDir}.log`,
  })
  const urlOf = (database: string) =>
    `postgres://${superuser.name}:${superuser.password}@127.0.0.1:${port}/${database}`
  await ensureDatabase(urlOf("postgres"), options.database)
  return { url: urlOf(options.database), stop: () => server.stop(10_000) }
}

const settings = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  `cluster_name=${serverMark}`,
  // Local workerd opens a connection per request, where a deployed Hyperdrive pools them; a hundred photos are
  // finalized at once.
  "max_connections=400",
  // What stands in a statement is personal: it stays out of the log, also when the statement fails.
  "log_min_error_statement=panic",
]

const ensureDatabase = async (maintenanceUrl: string, name: string): Promise<void> => {
  const sql = postgres(maintenanceUrl, { max: 1 })
  const [existing] = await sql`select datname from pg_database where datname = ${name}`
  if (!existing) await sql`create database ${sql(name)}`
  await sql.end()
}
