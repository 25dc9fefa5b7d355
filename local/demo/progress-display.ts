import type { UploadJobSnapshot } from "../../client/sdk/src/api/contract.ts"
import { photoStatuses } from "../../domain/photo-status.ts"

const barWidth = 40

/** A progress bar and one line per status. Redrawn in place on a terminal; other outputs get a line per change. */
export const progressDisplay = (total: number) => {
  const isTerminal = process.stdout.isTTY
  let uploaded = 0
  let lastJob: UploadJobSnapshot | undefined
  let drawn: string[] = []

  const draw = () => {
    if (!lastJob) return
    const lines = [barLine(lastJob, uploaded, total), ...stateLines(lastJob)]
    if (lines.join() === drawn.join()) return
    if (isTerminal && drawn.length > 0) process.stdout.write(`\x1b[${drawn.length}A\x1b[J`)
    process.stdout.write(`${(isTerminal ? lines : [`${lines[0]}  ${inOneLine(lastJob)}`]).join("\n")}\n`)
    drawn = lines
  }
  return {
    countUpload: () => {
      uploaded += 1
      if (isTerminal) draw()
    },
    show: (job: UploadJobSnapshot) => {
      lastJob = job
      draw()
    },
    end: () => {
      if (lastJob && !isTerminal) process.stdout.write(`${stateLines(lastJob).join("\n")}\n`)
    },
  }
}

const finishedCountOf = (job: UploadJobSnapshot) =>
  job.completedCount + job.failedCount + job.cancelledCount + job.duplicateCount

const barLine = (job: UploadJobSnapshot, uploaded: number, total: number): string => {
  // Uploading and processing each count for half of the progress.
  const fraction = total === 0 ? 1 : (uploaded + finishedCountOf(job)) / (2 * total)
  const filled = Math.floor(fraction * barWidth)
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled)
  return `${bar} ${String(Math.floor(fraction * 100)).padStart(3)} %  ${uploaded}/${total} uploaded, ${finishedCountOf(job)}/${total} done`
}

/** Statuses that are shown only if a photo has them. */
const rareStatuses: ReadonlySet<string> = new Set(["CANCELLED", "DUPLICATE"])

const countsOf = (job: UploadJobSnapshot) =>
  photoStatuses
    .map((status) => ({ status, count: job.items.filter((item) => item.status === status).length }))
    .filter(({ status, count }) => count > 0 || !rareStatuses.has(status))

const stateLines = (job: UploadJobSnapshot): string[] =>
  countsOf(job).map(({ status, count }) => `  ${status.padEnd(11)} ${String(count).padStart(4)}`)

const inOneLine = (job: UploadJobSnapshot): string =>
  countsOf(job)
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${status} ${count}`)
    .join(", ")
