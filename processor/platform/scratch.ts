import { mkdir, readdir, readFile, readlink, rm, stat, utimes } from "node:fs/promises"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"

export type Scratch = {
  /** Passes a unique path to `use` and removes the file afterwards. */
  withFile: <T>(use: (path: string) => Promise<T>) => Promise<T>
  remove: () => Promise<void>
}

const prefix = "rapid-photo-processor-"

const refreshMs = 60_000
/** A process that was stopped for so long recreates its folder. */
const maxAgeMs = 15 * refreshMs

/**
 * Opens a folder for this process's downloads, and removes the folders of processes that were killed. Several processors
 * may share `parent`, also in different containers. In this host and PID namespace a folder is removed if its process no
 * longer runs. The processes of other namespaces are not visible, so each process refreshes the modification time of its
 * folder, and theirs are removed if they are old: a restarted container has a new namespace but keeps its files.
 */
export const openScratch = async (
  parent = tmpdir(),
  /** Replaced only in tests. */
  pidNamespace?: string,
): Promise<Scratch> => {
  const owner = `${prefix}${hostname()}-${pidNamespace ?? (await ownPidNamespace())}`
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix))
  await Promise.all(
    names.map(async (name) => {
      const path = join(parent, name)
      const isOfOwner = name.startsWith(`${owner}-`)
      if (await (isOfOwner ? isAbandoned(name, owner) : isOld(path)))
        await rm(path, { recursive: true, force: true })
    }),
  )
  const folder = join(parent, `${owner}-${process.pid}-${await startTimeOf(process.pid)}`)
  const create = () => mkdir(folder, { recursive: true, mode: 0o700 })
  await create()
  const refresh = setInterval(() => void touch(folder), refreshMs).unref()
  let files = 0
  return {
    withFile: async (use) => {
      files += 1
      const path = join(folder, String(files))
      await create()
      try {
        return await use(path)
      } finally {
        await rm(path, { force: true })
      }
    },
    remove: () => {
      clearInterval(refresh)
      return rm(folder, { recursive: true, force: true })
    },
  }
}

const touch = (folder: string): Promise<void> => utimes(folder, new Date(), new Date()).catch(() => undefined)

const isOld = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => null)
  return found !== null && Date.now() - found.mtimeMs > maxAgeMs
}

/**
 * The number of this process's PID namespace; `unknown` on systems without /proc. The same id in another namespace is
 * another process, and containers may share a host name: https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
const ownPidNamespace = async (): Promise<string> => {
  const link = await readlink("/proc/self/ns/pid").catch(() => "")
  return /\d+/.exec(link)?.[0] ?? "unknown"
}

// Process ids are reused, in a container at every start, so the name also contains the start time.
const isAbandoned = async (name: string, owner: string): Promise<boolean> => {
  const [, pid, startTime] = /-(\d+)-(\w+)$/.exec(name) ?? []
  if (pid === undefined || startTime === undefined || name !== `${owner}-${pid}-${startTime}`) return false
  return !isAlive(Number(pid)) || (await startTimeOf(Number(pid))) !== startTime
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: the process runs, but belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** Start time in clock ticks since boot; `unknown` on systems without /proc. */
const startTimeOf = async (pid: number): Promise<string> => {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
  // Field 22 of proc(5). The command, field 2, is in parentheses and may contain spaces.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "unknown"
}
