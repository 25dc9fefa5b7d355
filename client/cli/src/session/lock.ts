import { rmSync } from "node:fs"
import { link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { homeFolder } from "./session-file.ts"

/** A lock that is older is not in use, in ms: a request to refresh a token is limited to 30 s. */
const staleMs = 60_000

const pollMs = 50

/**
 * Runs work while no other process of this user does. A refresh token is valid once: two processes that use the same
 * one would end the session. The lock of a killed process is removed.
 */
export const withLock = async <T>(work: () => Promise<T>): Promise<T> => {
  const lock = join(homeFolder(), "session.lock")
  await mkdir(homeFolder(), { recursive: true, mode: 0o700 })
  while (!(await take(lock))) await delay(pollMs)
  // Ctrl-C ends the process without the `finally` below.
  const release = () => rmSync(lock, { force: true })
  process.once("exit", release)
  try {
    return await work()
  } finally {
    process.off("exit", release)
    release()
  }
}

const take = async (lock: string): Promise<boolean> => {
  const own = `${lock}.${process.pid}`
  await writeFile(own, String(process.pid), { mode: 0o600 })
  try {
    // A link appears with its content, so that no other process reads an empty file.
    await link(own, lock)
    return true
  } catch {
    if (await isAbandoned(lock)) await removeAbandoned(lock, `${own}.old`)
    return false
  } finally {
    await rm(own, { force: true })
  }
}

const removeAbandoned = async (lock: string, moved: string): Promise<void> => {
  // Of several processes only one moves the file. If another one has taken the lock meanwhile, it is put back.
  const hasMoved = await rename(lock, moved).then(
    () => true,
    () => false,
  )
  if (hasMoved && !(await isAbandoned(moved))) await link(moved, lock).catch(() => {})
  await rm(moved, { force: true })
}

const isAbandoned = async (lock: string): Promise<boolean> => {
  const text = await readFile(lock, "utf8").catch(() => null)
  if (text === null) return false
  const info = await stat(lock).catch(() => null)
  return !isRunning(Number(text)) || (info !== null && Date.now() - info.mtimeMs > staleMs)
}

/** Whether a process with this id runs. */
export const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: the process belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
