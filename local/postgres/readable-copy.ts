import { createHash } from "node:crypto"
import { chmod, cp, mkdir, mkdtemp, readdir, readlink, rename, rm, stat, symlink } from "node:fs/promises"
import { join } from "node:path"

// Unlike /tmp, it is kept across reboots.
const publicDirectory = "/var/tmp"

/**
 * Copies the programs in `directory` to a location where every user can run them, unless they were copied before.
 * @throws Error when the target belongs to another user
 */
export const copyPrograms = async (directory: string): Promise<string> => {
  const { mtimeMs } = await stat(join(directory, "bin", "postgres"))
  const target = publicPath("programs", `${directory} ${mtimeMs}`)
  if (await existsAndIsOwn(target)) return target

  const copy = await mkdtemp(`${target}.new-`)
  await cp(directory, copy, { recursive: true, verbatimSymlinks: true })
  await grantReadAccess(copy)
  await rename(copy, target)
  return target
}

/**
 * Creates a data directory that is accessible to every user, and makes `dataDir` a link to it. Removing the link resets
 * the data.
 * @throws Error EEXIST when `dataDir` is a directory
 */
export const relocateData = async (dataDir: string): Promise<string> => {
  const target = publicPath("data", dataDir)
  const data = join(target, "postgres")
  const isLinked = (await readlink(dataDir).catch(() => null)) === data
  if (isLinked && (await existsAndIsOwn(target))) return data

  await rm(target, { recursive: true, force: true })
  await mkdir(target, { mode: 0o711 })
  if (!isLinked) await symlink(data, dataDir)
  return data
}

const publicPath = (kind: string, source: string): string =>
  join(
    publicDirectory,
    `rapid-photo-upload-${kind}-${createHash("sha256").update(source).digest("hex").slice(0, 12)}`,
  )

// The check of the owner is necessary because any user may create files in /var/tmp.
const existsAndIsOwn = async (target: string): Promise<boolean> => {
  const found = await stat(target).catch(() => null)
  if (found && found.uid !== process.getuid?.())
    throw new Error(`${target} belongs to another user. Remove it.`)
  return found !== null
}

const grantReadAccess = async (directory: string): Promise<void> => {
  await chmod(directory, 0o755)
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue
    const path = join(entry.parentPath, entry.name)
    const { mode } = await stat(path)
    await chmod(path, mode | (entry.isDirectory() || mode & 0o100 ? 0o555 : 0o444))
  }
}
