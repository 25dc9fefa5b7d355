import type { FileStatus, UploadProgress } from "rapid-photo-upload-sdk"

/** The sums over all uploads that the panel shows. */
export type Totals = {
  files: number
  counts: Record<FileStatus, number>
  bytesSent: number
  bytesTotal: number
  bytesPerSecond: number
  remainingMs: number | null
  /** 0 to 1 of the bytes that are to be sent. */
  sentShare: number
  /** 0 to 1 of the files with a final status. 1 means that nothing is left to do. */
  finalShare: number
}

/** Adds up the progress of several uploads. */
export const totalsOf = (all: readonly UploadProgress[]): Totals => {
  const sum = (figureOf: (progress: UploadProgress) => number) =>
    all.reduce((total, progress) => total + figureOf(progress), 0)
  const count = (status: FileStatus) => sum(({ counts }) => counts[status])
  const counts: Totals["counts"] = {
    waiting: count("waiting"),
    hashing: count("hashing"),
    uploading: count("uploading"),
    uploaded: count("uploaded"),
    processing: count("processing"),
    completed: count("completed"),
    duplicate: count("duplicate"),
    failed: count("failed"),
    cancelled: count("cancelled"),
  }
  const files = sum((progress) => progress.files.length)
  const bytesSent = sum((progress) => progress.bytesSent)
  const bytesTotal = sum((progress) => progress.bytesTotal)
  const bytesPerSecond = sum((progress) => progress.bytesPerSecond ?? 0)
  const final = counts.completed + counts.duplicate + counts.failed + counts.cancelled
  return {
    files,
    counts,
    bytesSent,
    bytesTotal,
    bytesPerSecond,
    remainingMs: bytesPerSecond > 0 ? ((bytesTotal - bytesSent) / bytesPerSecond) * 1000 : null,
    sentShare: bytesTotal > 0 ? bytesSent / bytesTotal : 0,
    finalShare: files > 0 ? final / files : 0,
  }
}

/** How many files are not yet final. */
export const openCount = ({ counts }: Totals): number =>
  counts.waiting + counts.hashing + counts.uploading + counts.uploaded + counts.processing
