import { open, stat } from "node:fs/promises"
import { basename } from "node:path"
import { FileError, fileChanged } from "../upload/errors.ts"
import type { FileSource } from "../upload/ports.ts"

/** A range of a file on disk, of which the content is known by size and time of modification. */
export type FileRange = { file: string; start: number; end: number; size: number; modifiedMs: number }

/** The source of a file on disk. @throws what `stat` throws */
export const nodeFileSource = async (file: string, path: string | null): Promise<FileSource> => {
  const { size, mtimeMs } = await stat(file)
  const modifiedMs = Math.floor(mtimeMs)
  const range = (start: number, end: number): FileRange => ({ file, start, end, size, modifiedMs })
  return {
    filename: basename(file),
    path,
    bytes: size,
    mimeType: "",
    lastModifiedMs: modifiedMs,
    slice: range,
    whole: () => range(0, size),
    head: async (length) => {
      const handle = await open(file)
      try {
        const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, 0)
        return buffer.subarray(0, bytesRead)
      } finally {
        await handle.close()
      }
    },
  }
}

/** @throws FileError when the file of a range changed since its source was opened */
export const assertUnchanged = async ({ file, size, modifiedMs }: FileRange): Promise<void> => {
  const now = await stat(file)
  if (now.size !== size || Math.floor(now.mtimeMs) !== modifiedMs) throw new FileError(fileChanged)
}
