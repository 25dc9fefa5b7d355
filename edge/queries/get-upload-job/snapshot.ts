import { isTerminalJob, type JobStatus } from "../../../domain/job-status.ts"
import { batchProgress, photoProgress } from "../../../domain/progress.ts"
import type { StoredUploadJob, UploadJobSnapshot } from "./schema.ts"

/** The interval of polls while a job is active (PRD §4). */
const pollIntervalMs = 1500

/** How long a client should wait before the next poll, or null when the job is finished. */
export const pollAfterMsOf = (status: JobStatus): number | null =>
  isTerminalJob(status) ? null : pollIntervalMs

/** Returns the snapshot of a stored job: the stored fields and those computed from them. */
export const snapshotOf = ({ photos, ...job }: StoredUploadJob): UploadJobSnapshot => {
  const terminal = isTerminalJob(job.status)
  const withProgress = photos.map((photo) => ({
    ...photo,
    // A deleted photo has ended.
    progress: photo.isDeleted ? 100 : photoProgress(photo.status, photo.bytesSent, photo.bytes),
  }))
  return {
    ...job,
    items: withProgress.flatMap(({ isDeleted, ...item }) => (isDeleted ? [] : [item])),
    terminal,
    progress: terminal ? 100 : batchProgress(withProgress),
    bytesTotal: sum(photos.map(({ bytes }) => bytes)),
    bytesSent: sum(photos.map(({ bytesSent }) => bytesSent)),
    pollAfterMs: pollAfterMsOf(job.status),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
