import { execFile } from "node:child_process"
import { chown, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { promisify } from "node:util"
import type { PostgresLocation } from "./location.ts"

/** Not secret: only this machine can reach the server, and it contains only test data. */
export const superuser = { name: "postgres", password: "postgres" }

/**
 * Creates the data directory unless it exists. The directory gets its final name when it is complete. Directories of an
 * interrupted first start have another name and are removed.
 * @throws Error with the output of initdb when it fails
 */
export const ensureCluster = async ({ dataDir, programs, user }: PostgresLocation): Promise<void> => {
  if (await exists(join(dataDir, "PG_VERSION"))) return
  await removeAttempts(dataDir)

  const attempt = await mkdtemp(`${dataDir}${attemptSuffix}`)
  const passwordFile = join(attempt, "password")
  const cluster = join(attempt, "cluster")
  await writeFile(passwordFile, superuser.password)
  if (user) await Promise.all([attempt, passwordFile].map((path) => chown(path, user.uid, user.gid)))
  await run(programs.initdb, [...initdbFlags, `--pwfile=${passwordFile}`, cluster], { cwd: "/", ...user })
  await rename(cluster, dataDir)
  await rm(attempt, { recursive: true })
}

const run = promisify(execFile)

const attemptSuffix = ".new-"

// The built-in C.UTF-8 of PostgreSQL (since 17), because macOS has no locale of that name.
const initdbFlags = [
  "--encoding=UTF8",
  "--locale=C",
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--auth=scram-sha-256",
  // Without Hyperdrive, workerd opens a connection per request. The default of 4,096 rounds of HMAC would take most of the
  // time of a connection, and the password is not secret.
  "--set=scram_iterations=1",
  `--username=${superuser.name}`,
]

// With retries, because an initdb whose parent was killed may still be writing.
const removeAttempts = async (dataDir: string): Promise<void> => {
  const parent = dirname(dataDir)
  const prefix = `${basename(dataDir)}${attemptSuffix}`
  const attempts = (await readdir(parent)).filter((name) => name.startsWith(prefix))
  for (const name of attempts)
    await rm(join(parent, name), { recursive: true, maxRetries: 20, retryDelay: 50 })
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
