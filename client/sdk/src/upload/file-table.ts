import { canChange, type FileChange, type FileRecord } from "./file-record.ts"
import type { FileStatus, UploadFileState, UploadProgress } from "./upload-types.ts"

/** All files of an upload, with sums that are kept up to date. */
export type FileTable = {
  readonly records: readonly FileRecord[]
  byId: (id: string) => FileRecord | undefined
  byPhoto: (photoId: string) => FileRecord | undefined
  add: (record: FileRecord) => void
  /** Applies a change that the present status allows, and reports it. Returns whether it was allowed. */
  change: (record: FileRecord, change: FileChange) => boolean
  /** Starts a failed file again: in its job if its photo still waits for the upload, else as a new photo. */
  restart: (record: FileRecord) => void
  readonly areAllFinal: boolean
  progress: () => UploadProgress
}

export type FileTableListener = {
  onFile: (file: UploadFileState) => void
  onProgress: () => void
}

/** Throughput is averaged over this time, in ms. */
const rateWindowMs = 5000

export const fileTable = ({ onFile, onProgress }: FileTableListener, now = Date.now): FileTable => {
  const records: FileRecord[] = []
  const byId = new Map<string, FileRecord>()
  const byPhoto = new Map<string, FileRecord>()
  const counts = emptyCounts()
  const samples: { at: number; bytesSent: number }[] = []
  let bytesSent = 0
  let bytesTotal = 0

  const sample = () => {
    const at = now()
    samples.push({ at, bytesSent })
    while (samples.length > 2 && (samples[0]?.at ?? at) < at - rateWindowMs) samples.shift()
  }
  const rate = (): number | null => {
    const first = samples[0]
    const elapsedMs = first ? now() - first.at : 0
    return first && elapsedMs > 500 ? ((bytesSent - first.bytesSent) / elapsedMs) * 1000 : null
  }
  const apply = (record: FileRecord, state: UploadFileState) => {
    const before = record.state
    record.state = state
    counts[before.status] -= 1
    counts[state.status] += 1
    bytesSent += state.bytesSent - before.bytesSent
    if (state.photoId !== null) byPhoto.set(state.photoId, record)
    if (state.bytesSent !== before.bytesSent) sample()
    if (state.status !== before.status || state.thumbnails !== before.thumbnails) onFile(state)
    onProgress()
  }

  return {
    records,
    byId: (id) => byId.get(id),
    byPhoto: (photoId) => byPhoto.get(photoId),
    add: (record) => {
      records.push(record)
      byId.set(record.id, record)
      if (record.state.photoId !== null) byPhoto.set(record.state.photoId, record)
      counts[record.state.status] += 1
      bytesTotal += record.state.bytesTotal
      bytesSent += record.state.bytesSent
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
      if (!record.hasFailedOnServer)
        return apply(record, { ...record.state, status: "waiting", failure: null })
      record.hasFailedOnServer = false
      record.isHashDeclared = false
      record.request = null
      record.jobId = null
      if (record.state.photoId !== null) byPhoto.delete(record.state.photoId)
      apply(record, { ...record.state, status: "waiting", photoId: null, failure: null })
    },
    get areAllFinal() {
      return counts.completed + counts.duplicate + counts.failed + counts.cancelled === records.length
    },
    progress: () => {
      const bytesPerSecond = rate()
      return {
        bytesSent,
        bytesTotal,
        bytesPerSecond,
        remainingMs: bytesPerSecond ? Math.round(((bytesTotal - bytesSent) / bytesPerSecond) * 1000) : null,
        counts: { ...counts },
        files: records.map(({ state }) => state),
      }
    },
  }
}

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
