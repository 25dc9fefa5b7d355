import type { FileSource } from "../upload/ports.ts"
import type { StreamFile } from "../upload/upload-types.ts"

/** A range of a file that is read as a stream. */
export type StreamRange = { open: StreamFile["open"]; start: number; end: number }

/** The source of a file that the app reads itself, for example from another store. */
export const streamSource = (file: StreamFile): FileSource => {
  const range = (start: number, end: number): StreamRange => ({ open: file.open, start, end })
  return {
    filename: file.name,
    path: file.path ?? null,
    bytes: file.size,
    mimeType: file.type ?? "",
    lastModifiedMs: file.lastModifiedMs ?? null,
    slice: range,
    whole: () => range(0, file.size),
    head: async (length) => {
      const reader = file.open(0, Math.min(length, file.size)).getReader()
      const { value } = await reader.read()
      await reader.cancel()
      return value ?? new Uint8Array()
    },
  }
}
