import { mkdir, rmdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { homeFolder } from "./session-file.ts"

/** A lock that is older belongs to a killed process, in ms. */
const staleMs = 30_000

const pollMs = 50

/**
 * Runs work while no other process of this user does. A refresh token is valid once: two processes that use the same
 * one would end the session.
 */
export const withLock = async <T>(work: () => Promise<T>): Promise<T> => {
  const lock = join(homeFolder(), "session.lock")
  await mkdir(homeFolder(), { recursive: true, mode: 0o700 })
  while (!(await take(lock))) await delay(pollMs)
  try {
    return await work()
  } finally {
    await rmdir(lock).catch(() => {})
  }
}

const take = async (lock: string): Promise<boolean> => {
  try {
    await mkdir(lock)
    return true
  } catch {
    const created = await stat(lock).catch(() => null)
    if (created && Date.now() - created.mtimeMs > staleMs) await rmdir(lock).catch(() => {})
    return false
  }
}
