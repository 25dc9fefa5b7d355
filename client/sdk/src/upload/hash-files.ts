import type { FileRecord } from "./file-record.ts"
import type { Hasher } from "./ports.ts"
import type { UploadContext } from "./upload-context.ts"

/**
 * Hashes files that are sent in one PUT, in order. Files sent in parts are hashed while they are sent. Returns a
 * promise per file.
 */
export const hashFiles = (
  context: Pick<UploadContext, "files" | "hashing">,
  hasher: Hasher,
  records: readonly FileRecord[],
): Map<FileRecord, Promise<string | null>> => {
  const hashOne = async (record: FileRecord): Promise<string | null> => {
    const { signal } = record.controller
    if (signal.aborted) throw signal.reason
    context.files.change(record, { status: "hashing" })
    const sha256 = await hasher(record.source, { partSize: null, onPart: () => {}, signal })
    context.files.change(record, { sha256 })
    return sha256
  }
  return new Map(
    records.map((record) => {
      const hash = context.hashing(() => hashOne(record))
      hash.catch(() => {})
      return [record, hash]
    }),
  )
}
