import { lstat, stat } from "node:fs/promises"
import { basename, dirname, join, relative, resolve, sep } from "node:path"
import { glob, isDynamicPattern } from "tinyglobby"
import { CommandError } from "./exit-codes.ts"

/** A photo on disk; `path` is its folder, from the folder that the user named. */
export type PhotoFile = { file: string; path?: string }

export type FoundFiles = {
  photos: PhotoFile[]
  /** Files in the folders that are not photos. */
  skipped: string[]
}

const photoName = /\.(jpe?g|jpe|jfif|png|webp|avif|gif|tiff?|hei[cf]|hif)$/i

/**
 * Finds the photos of files, folders (with everything in them) and globs. A file that is named itself is taken
 * whatever its extension is.
 * @throws CommandError if an argument does not exist
 */
export const findPhotos = async (inputs: readonly string[]): Promise<FoundFiles> => {
  const photos = new Map<string, PhotoFile>()
  const skipped: string[] = []
  const addFolder = async (folder: string) => {
    const names = await glob("**/*", { cwd: folder, onlyFiles: true, dot: false, expandDirectories: false })
    for (const name of names.sort()) {
      const file = join(folder, name)
      if (!photoName.test(name)) skipped.push(file)
      else if (!photos.has(file)) photos.set(file, { file, path: folderOf(folder, file) })
    }
  }
  for (const input of inputs) {
    const path = resolve(input)
    const info = await stat(path).catch(() => null)
    if (info?.isDirectory()) await addFolder(path)
    else if (info) photos.set(path, photos.get(path) ?? { file: path })
    else await addGlob(input, photos, skipped)
  }
  return { photos: [...photos.values()], skipped }
}

const addGlob = async (input: string, photos: Map<string, PhotoFile>, skipped: string[]): Promise<void> => {
  const isLink = await lstat(input).catch(() => null)
  const files =
    isDynamicPattern(input) && !isLink ? await glob(input, { absolute: true, onlyFiles: true }) : []
  if (files.length === 0) throw new CommandError(`There is no file or folder ${input}`)
  for (const file of files.map((name) => resolve(name)).sort()) {
    if (photoName.test(file)) photos.set(file, photos.get(file) ?? { file })
    else skipped.push(file)
  }
}

// The folder's own name is part of the path, as when a folder is dropped on the web page.
const folderOf = (folder: string, file: string): string =>
  [basename(folder), relative(folder, dirname(file))]
    .filter((part) => part !== "")
    .join(sep)
    .split(sep)
    .join("/")
