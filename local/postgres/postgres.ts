import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import postgres from "postgres"
import { startChild } from "../process/child-process.ts"
import { assertPortFree, freePort } from "../process/ports.ts"
import { ensureCluster, superuser } from "./cluster.ts"
import { locatePostgres } from "./location.ts"
import { serverLabel, stopOrphanedServer } from "./orphaned-server.ts"

export type LocalPostgres = {
  url: string
  /** Closes open connections and stops the server. The data is kept. */
  stop: () => Promise<void>
}

/**
 * Starts PostgreSQL on the loopback interface with its data in `dataDir`, which the first start creates.
 * @param options.port 0 selects a free port
 * @throws Error that names the port when it is in use
 * @throws Error when another running process uses `dataDir`
 */
export const startPostgres = async (options: {
  port: number
  dataDir: string
  database: string
}): Promise<LocalPostgres> => {
  await mkdir(dirname(options.dataDir), { recursive: true })
  const location = await locatePostgres(options.dataDir)
  await stopOrphanedServer(location.dataDir)
  await assertPortFree(options.port, "POSTGRES_PORT")
  await ensureCluster(location)

  const port = options.port === 0 ? await freePort() : options.port
  const server = await startChild({
    name: "PostgreSQL",
    command: location.programs.postgres,
    args: ["-D", location.dataDir, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    user: location.user,
    cwd: "/",
    ready: { line: (line) => line.includes("database system is ready to accept connections") },
    // A fast shutdown. SIGTERM would wait until every client has disconnected.
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
  `cluster_name=${serverLabel}`,
  // Without Hyperdrive, workerd opens a connection per request.
  "max_connections=400",
  // Statement texts contain personal data, so they must not be logged, even when a statement fails.
  "log_min_error_statement=panic",
]

const ensureDatabase = async (maintenanceUrl: string, name: string): Promise<void> => {
  const sql = postgres(maintenanceUrl, { max: 1 })
  const [existing] = await sql`select datname from pg_database where datname = ${name}`
  if (!existing) await sql`create database ${sql(name)}`
  await sql.end()
}
