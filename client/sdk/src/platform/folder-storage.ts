import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { StoragePort } from "../upload/ports.ts"

const extension = ".json"

/** Stores each value in a file of a folder. A value is replaced as a whole, also when the process is killed. */
export const folderStorage = (folder: string): StoragePort => {
  const fileOf = (key: string) => join(folder, `${encodeURIComponent(key)}${extension}`)
  return {
    get: async (key) => readFile(fileOf(key), "utf8").catch(() => null),
    set: async (key, value) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const temporary = `${fileOf(key)}.${process.pid}.tmp`
      await writeFile(temporary, value, { mode: 0o600 })
      await rename(temporary, fileOf(key))
    },
    remove: (key) => rm(fileOf(key), { force: true }),
    keys: async () => {
      const names = await readdir(folder).catch(() => [])
      return names
        .filter((name) => name.endsWith(extension))
        .map((name) => decodeURIComponent(name.slice(0, -extension.length)))
    },
  }
}
