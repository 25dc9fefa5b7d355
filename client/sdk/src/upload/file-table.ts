import { canChange, type FileChange, type FileRecord, isFinal } from "./file-record.ts"
import type { FileSource } from "./ports.ts"
import { sendRate } from "./send-rate.ts"
import type { FileStatus, UploadFileState, UploadProgress } from "./upload-types.ts"

/** All files of an upload, with sums that are kept up to date. */
export type FileTable = {
  readonly records: readonly FileRecord[]
  byId: (id: string) => FileRecord | undefined
  byPhoto: (photoId: string) => FileRecord | undefined
  add: (record: FileRecord) => void
  /** Applies a change that the present status allows, and reports it. Returns whether it was allowed. */
  change: (record: FileRecord, change: FileChange) => boolean
  /** Starts a failed file again with its present content: in its job, or as a new photo if the old one is of no use. */
  restart: (record: FileRecord) => void
  /** Makes a waiting file one without a photo. */
  forgetPhoto: (record: FileRecord) => void
  /** Replaces what was known about the content of a waiting file. */
  replaceSource: (record: FileRecord, source: FileSource, mimeType: string) => void
  /** Nothing is sent at the moment: the rate starts anew. */
  resetRate: () => void
  readonly areAllFinal: boolean
  progress: () => UploadProgress
}

export type FileTableListener = {
  onFile: (file: UploadFileState) => void
  onProgress: () => void
}

export const fileTable = (
  { onFile, onProgress }: FileTableListener,
  now: () => number = Date.now,
): FileTable => {
  const records: FileRecord[] = []
  const byId = new Map<string, FileRecord>()
  const byPhoto = new Map<string, FileRecord>()
  const counts = emptyCounts()
  const rate = sendRate(now)
  let bytesSent = 0
  let bytesTotal = 0
  /** Bytes of files that are or will be sent. */
  let bytesLeft = 0

  const apply = (record: FileRecord, state: UploadFileState) => {
    const before = record.state
    record.state = state
    counts[before.status] -= 1
    counts[state.status] += 1
    const sent = state.bytesSent - before.bytesSent
    bytesSent += sent
    bytesTotal += state.bytesTotal - before.bytesTotal
    bytesLeft += leftOf(state) - leftOf(before)
    // A duplicate counts as sent, but nothing was.
    if (sent > 0 && state.status !== "duplicate") rate.sent(sent)
    if (state.photoId !== null) byPhoto.set(state.photoId, record)
    if (state.status !== before.status || state.thumbnails !== before.thumbnails) onFile(state)
    onProgress()
  }
  const forgetPhoto = (record: FileRecord) => {
    if (record.state.photoId !== null) byPhoto.delete(record.state.photoId)
    record.needsNewPhoto = false
    record.isHashDeclared = false
    record.request = null
    record.jobId = null
    apply(record, { ...record.state, photoId: null })
  }

  return {
    records,
    byId: (id) => byId.get(id),
    byPhoto: (photoId) => byPhoto.get(photoId),
    add: (record) => {
      const { state } = record
      records.push(record)
      byId.set(record.id, record)
      if (state.photoId !== null) byPhoto.set(state.photoId, record)
      counts[state.status] += 1
      bytesTotal += state.bytesTotal
      bytesSent += state.bytesSent
      bytesLeft += leftOf(state)
    },
    change: (record, change) => {
      const { state } = record
      const status = change.status ?? state.status
      if (status !== state.status && !canChange(state.status, status)) return false
      apply(record, {
        ...state,
        ...change,
        status,
        // Sums never decrease: a repeated request sends bytes again that were counted before.
        bytesSent: sentBytes(state, status, change.bytesSent),
      })
      return true
    },
    restart: (record) => {
      record.controller = new AbortController()
      record.storedBytes = 0
      apply(record, { ...record.state, status: "waiting", failure: null, sha256: null })
      if (record.needsNewPhoto) forgetPhoto(record)
    },
    forgetPhoto,
    replaceSource: (record, source, mimeType) => {
      record.source = source
      const { bytes } = source
      const sent = Math.min(record.state.bytesSent, bytes)
      apply(record, { ...record.state, mimeType, bytesTotal: bytes, bytesSent: sent })
    },
    resetRate: rate.reset,
    get areAllFinal() {
      return counts.completed + counts.duplicate + counts.failed + counts.cancelled === records.length
    },
    progress: () => {
      const bytesPerSecond = rate.bytesPerSecond()
      return {
        bytesSent,
        bytesTotal,
        bytesPerSecond,
        remainingMs: bytesPerSecond ? Math.round((bytesLeft / bytesPerSecond) * 1000) : null,
        counts: { ...counts },
        files: records.map(({ state }) => state),
      }
    },
  }
}

const leftOf = ({ status, bytesSent, bytesTotal }: UploadFileState): number =>
  isFinal(status) ? 0 : bytesTotal - bytesSent

const sentBytes = (state: UploadFileState, status: FileStatus, bytesSent = 0): number =>
  ["uploaded", "processing", "completed", "duplicate"].includes(status)
    ? state.bytesTotal
    : Math.max(state.bytesSent, Math.min(bytesSent, state.bytesTotal))

const emptyCounts = (): Record<FileStatus, number> => ({
  waiting: 0,
  hashing: 0,
  uploading: 0,
  uploaded: 0,
  processing: 0,
  completed: 0,
  duplicate: 0,
  failed: 0,
  cancelled: 0,
})
