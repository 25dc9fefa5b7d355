import { isTerminalJob } from "../../../domain/job-status.ts"
import { batchProgress, photoProgress } from "../../../domain/progress.ts"
import type { StoredUploadJob, UploadJobSnapshot } from "./schema.ts"

/** How often an active job is worth a look (PRD §4). */
const pollAfterMs = 1500

/** A job as its owner sees it: what is stored, and what follows from it. */
export const snapshotOf = ({ deleted, ...job }: StoredUploadJob): UploadJobSnapshot => {
  const terminal = isTerminalJob(job.status)
  const items = job.items.map((item) => ({
    ...item,
    progress: photoProgress(item.status, item.bytesSent, item.bytes),
  }))
  return {
    ...job,
    items,
    terminal,
    progress: terminal ? 100 : batchProgress([...items, { progress: 100, bytes: deleted.bytes }]),
    bytesTotal: deleted.bytes + sum(items.map(({ bytes }) => bytes)),
    bytesSent: deleted.bytesSent + sum(items.map(({ bytesSent }) => bytesSent)),
    pollAfterMs: terminal ? null : pollAfterMs,
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
