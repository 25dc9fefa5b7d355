import type { FileRecord } from "./file-record.ts"

/** Files of one upload job; the limit of the API. */
export const maxFilesPerJob = 500

/** Upload jobs of an upload: small files first, so that many photos are safe early. */
export const batchesOf = (records: readonly FileRecord[]): FileRecord[][] => {
  const ordered = [...records].sort((a, b) => a.source.bytes - b.source.bytes)
  const batches: FileRecord[][] = []
  for (let start = 0; start < ordered.length; start += maxFilesPerJob)
    batches.push(ordered.slice(start, start + maxFilesPerJob))
  return batches
}
