import { isTerminalJob, type JobStatus } from "../../../domain/job-status.ts"
import { batchProgress, photoProgress } from "../../../domain/progress.ts"
import type { StoredUploadJob, UploadJobSnapshot } from "./schema.ts"

/** The interval of polls while a job is active (PRD §4). */
const pollIntervalMs = 1500

/** How long a client should wait before the next poll, or null when the job is finished. */
export const pollAfterMsOf = (status: JobStatus): number | null =>
  isTerminalJob(status) ? null : pollIntervalMs

/** Returns the snapshot of a stored job: the stored fields and those computed from them. */
export const snapshotOf = ({ deleted, ...job }: StoredUploadJob): UploadJobSnapshot => {
  const hidden = deleted ?? { bytes: 0, bytesSent: 0 }
  const terminal = isTerminalJob(job.status)
  const items = job.items.map((item) => ({
    ...item,
    progress: photoProgress(item.status, item.bytesSent, item.bytes),
  }))
  return {
    ...job,
    items,
    terminal,
    progress: terminal ? 100 : batchProgress([...items, { progress: 100, bytes: hidden.bytes }]),
    bytesTotal: hidden.bytes + sum(items.map(({ bytes }) => bytes)),
    bytesSent: hidden.bytesSent + sum(items.map(({ bytesSent }) => bytesSent)),
    pollAfterMs: pollAfterMsOf(job.status),
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
