import { createHash } from "node:crypto"
import { chmod, cp, mkdir, mkdtemp, readdir, readlink, rename, rm, stat, symlink } from "node:fs/promises"
import { join } from "node:path"

// Unlike /tmp it survives a reboot.
const shelters = "/var/tmp"

/**
 * A copy of the programs in `directory` that every user can run, made once.
 * @throws Error when the place of the copy is another user's
 */
export const shelteredPrograms = async (directory: string): Promise<string> => {
  const { mtimeMs } = await stat(join(directory, "bin", "postgres"))
  const shelter = shelterOf("programs", `${directory} ${mtimeMs}`)
  if (await isOurs(shelter)) return shelter

  const copy = await mkdtemp(`${shelter}.new-`)
  await cp(directory, copy, { recursive: true, verbatimSymlinks: true })
  await openToAll(copy)
  await rename(copy, shelter)
  return shelter
}

/**
 * A place for data that must not lie in `dataDir`, which becomes a link to it. The link decides: whoever removes
 * it resets the data.
 * @throws Error EEXIST when `dataDir` is a directory
 */
export const shelteredData = async (dataDir: string): Promise<string> => {
  const shelter = shelterOf("data", dataDir)
  const data = join(shelter, "postgres")
  const isLinked = (await readlink(dataDir).catch(() => null)) === data
  if (isLinked && (await isOurs(shelter))) return data

  await rm(shelter, { recursive: true, force: true })
  await mkdir(shelter, { mode: 0o711 })
  if (!isLinked) await symlink(data, dataDir)
  return data
}

const shelterOf = (kind: string, what: string): string =>
  join(shelters, `rapid-photo-upload-${kind}-${createHash("sha256").update(what).digest("hex").slice(0, 12)}`)

// Anyone may make a file in /var/tmp, also under the name that we would choose.
const isOurs = async (shelter: string): Promise<boolean> => {
  const found = await stat(shelter).catch(() => null)
  if (found && found.uid !== process.getuid?.())
    throw new Error(`${shelter} belongs to another user. Remove it.`)
  return found !== null
}

const openToAll = async (directory: string): Promise<void> => {
  await chmod(directory, 0o755)
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue
    const path = join(entry.parentPath, entry.name)
    const { mode } = await stat(path)
    await chmod(path, mode | (entry.isDirectory() || mode & 0o100 ? 0o555 : 0o444))
  }
}
