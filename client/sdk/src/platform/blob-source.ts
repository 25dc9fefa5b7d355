import type { FileSource } from "../upload/ports.ts"

/** The source of a Blob or File. Slices are read when they are sent or hashed, never before. */
export const blobSource = (
  content: Blob,
  {
    filename,
    path,
    lastModifiedMs,
  }: { filename: string; path: string | null; lastModifiedMs: number | null },
): FileSource => ({
  filename,
  path,
  bytes: content.size,
  mimeType: content.type,
  lastModifiedMs,
  slice: (start, end) => content.slice(start, end),
  whole: () => content,
  head: async (length) => new Uint8Array(await content.slice(0, length).arrayBuffer()),
})
