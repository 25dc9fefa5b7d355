import { mkdir, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

export type Scratch = {
  /** Lends a path of its own to `use` and removes what lies there afterwards. */
  withFile: <T>(use: (path: string) => Promise<T>) => Promise<T>
  remove: () => Promise<void>
}

const prefix = "rapid-photo-processor-"

/** A folder for downloads of this process; those that killed processes left behind are removed. */
export const openScratch = async (parent = tmpdir()): Promise<Scratch> => {
  const leftBehind = (await readdir(parent)).filter((name) => name.startsWith(prefix) && !isAlive(name))
  await Promise.all(leftBehind.map((name) => rm(join(parent, name), { recursive: true, force: true })))
  const folder = join(parent, `${prefix}${process.pid}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let files = 0
  return {
    withFile: async (use) => {
      files += 1
      const path = join(folder, String(files))
      try {
        return await use(path)
      } finally {
        await rm(path, { force: true })
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

const isAlive = (name: string): boolean => {
  try {
    process.kill(Number(name.slice(prefix.length)), 0)
    return true
  } catch (error) {
    // EPERM: it lives, but is another user's.
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
