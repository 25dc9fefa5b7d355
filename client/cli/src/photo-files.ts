import { lstat, realpath, stat } from "node:fs/promises"
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
 * whatever its extension is. Links are followed; a file that is found under several names is taken once.
 * @throws CommandError if an argument does not exist
 */
export const findPhotos = async (inputs: readonly string[]): Promise<FoundFiles> => {
  const photos = new Map<string, PhotoFile>()
  const skipped: string[] = []
  const add = async (photo: PhotoFile) => {
    const target = await realpath(photo.file)
    if (!photos.has(target)) photos.set(target, photo)
  }
  for (const input of inputs) {
    const named = resolve(input)
    const info = await stat(named).catch(() => null)
    if (info && !info.isDirectory()) {
      await add({ file: named })
      continue
    }
    const files = info ? await filesIn(named) : await filesOfGlob(input)
    for (const file of files) {
      if (!photoName.test(file)) skipped.push(file)
      else await add(info ? { file, path: folderOf(named, file) } : { file })
    }
  }
  return { photos: [...photos.values()], skipped }
}

/** The files of a folder, those behind links last: a link to a folder above lists the same files again. */
const filesIn = async (folder: string): Promise<string[]> => {
  const names = await glob("**/*", { cwd: folder, onlyFiles: true, dot: false, expandDirectories: false })
  const root = await realpath(folder)
  const direct: string[] = []
  const linked: string[] = []
  for (const name of names.sort()) {
    const target = await realpath(join(folder, name)).catch(() => null)
    if (target !== null) (target === join(root, name) ? direct : linked).push(join(folder, name))
  }
  // The shortest way to a file first: not through a link to a folder above.
  const depth = (file: string) => file.split(sep).length
  return [...direct, ...linked.sort((a, b) => depth(a) - depth(b))]
}

const filesOfGlob = async (input: string): Promise<string[]> => {
  const isBrokenLink = await lstat(input).catch(() => null)
  const files =
    isDynamicPattern(input) && !isBrokenLink ? await glob(input, { absolute: true, onlyFiles: true }) : []
  if (files.length === 0) throw new CommandError(`There is no file or folder ${input}`)
  return files.map((name) => resolve(name)).sort()
}

// The folder's own name is part of the path, as when a folder is dropped on the web page.
const folderOf = (folder: string, file: string): string =>
  [basename(folder), relative(folder, dirname(file))]
    .filter((part) => part !== "")
    .join(sep)
    .split(sep)
    .join("/")
