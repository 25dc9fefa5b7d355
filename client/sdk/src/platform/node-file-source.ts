import { open, stat } from "node:fs/promises"
import { basename } from "node:path"
import type { FileSource } from "../upload/ports.ts"

/** A range of a file on disk. */
export type FileRange = { file: string; start: number; end: number }

/** The source of a file on disk. @throws what `stat` throws */
export const nodeFileSource = async (file: string, path: string | null): Promise<FileSource> => {
  const { size, mtimeMs } = await stat(file)
  const range = (start: number, end: number): FileRange => ({ file, start, end })
  return {
    filename: basename(file),
    path,
    bytes: size,
    mimeType: "",
    lastModifiedMs: Math.floor(mtimeMs),
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
