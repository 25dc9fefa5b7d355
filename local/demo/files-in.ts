import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"

/**
 * Returns every file in a folder and its subfolders, except hidden ones. Files that are not photos are included: the API
 * rejects them, and the demo reports them.
 * @throws Error when the folder does not exist or is empty
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
  if (files.length === 0) throw new Error(`${folder} contains no files`)
  return files.sort()
}
