import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"

/**
 * Every file in a folder and below it, except hidden ones: what can't be taken is refused and reported, not skipped.
 * @throws Error when there is no such folder or nothing in it
 */
export const filesIn = async (folder: string): Promise<string[]> => {
  const isFolder = await stat(folder)
    .then((entry) => entry.isDirectory())
    .catch(() => false)
  if (!isFolder) throw new Error(`${folder} is not a folder`)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name))
  if (files.length === 0) throw new Error(`there is no file in ${folder}`)
  return files.sort()
}
