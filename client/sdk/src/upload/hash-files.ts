import type { FileRecord } from "./file-record.ts"
import type { FileTable } from "./file-table.ts"
import type { Hasher } from "./ports.ts"

/** Files hashed at once: more do not help, since reading is the limit. */
const concurrency = 2

/**
 * Hashes files that are sent in one PUT, in order. Files sent in parts are hashed while they are sent. Returns a
 * promise per file.
 */
export const hashFiles = (
  hasher: Hasher,
  files: FileTable,
  records: readonly FileRecord[],
): Map<FileRecord, Promise<string>> => {
  const hashes = new Map<FileRecord, Promise<string>>()
  let lanes: Promise<unknown>[] = Array.from({ length: concurrency }, () => Promise.resolve())
  for (const record of records) {
    const [lane = Promise.resolve(), ...others] = lanes
    const hash = lane.then(() => hashOne(hasher, files, record))
    hash.catch(() => {})
    hashes.set(record, hash)
    lanes = [...others, hash.catch(() => {})]
  }
  return hashes
}

const hashOne = async (hasher: Hasher, files: FileTable, record: FileRecord): Promise<string> => {
  files.change(record, { status: "hashing" })
  const { signal } = record.controller
  const sha256 = await hasher(record.source, { partSize: null, onPart: () => {}, signal })
  files.change(record, { sha256 })
  return sha256
}
