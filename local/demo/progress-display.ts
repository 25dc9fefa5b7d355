import type { FileStatus, UploadProgress } from "../../client/sdk/src/node.ts"

const barWidth = 40

/** A progress bar and one line per status. Redrawn in place on a terminal; other outputs get a line per change. */
export const progressDisplay = () => {
  const isTerminal = process.stdout.isTTY
  let last: UploadProgress | undefined
  let drawn: string[] = []
  return {
    show: (progress: UploadProgress) => {
      last = progress
      const lines = [barLine(progress), ...statusLines(progress)]
      const isSame = isTerminal ? lines.join() === drawn.join() : inOneLine(progress) === drawn[0]
      if (isSame) return
      if (isTerminal && drawn.length > 0) process.stdout.write(`\x1b[${drawn.length}A\x1b[J`)
      drawn = isTerminal ? lines : [inOneLine(progress)]
      process.stdout.write(`${isTerminal ? lines.join("\n") : `${lines[0]}  ${drawn[0]}`}\n`)
    },
    end: () => {
      if (last && !isTerminal) process.stdout.write(`${statusLines(last).join("\n")}\n`)
    },
  }
}

const uploadedCountOf = ({ counts }: UploadProgress) => counts.uploaded + counts.processing + counts.completed

const finishedCountOf = ({ counts }: UploadProgress) =>
  counts.completed + counts.duplicate + counts.failed + counts.cancelled

const barLine = (progress: UploadProgress): string => {
  const total = progress.files.length
  const sent = progress.bytesTotal === 0 ? 1 : progress.bytesSent / progress.bytesTotal
  // Uploading and processing each count for half of the progress.
  const fraction = total === 0 ? 1 : (sent + finishedCountOf(progress) / total) / 2
  const filled = Math.floor(fraction * barWidth)
  const bar = "█".repeat(filled) + "░".repeat(barWidth - filled)
  const percent = String(Math.floor(fraction * 100)).padStart(3)
  return `${bar} ${percent} %  ${uploadedCountOf(progress)}/${total} uploaded, ${finishedCountOf(progress)}/${total} done`
}

/** Statuses that are shown only if a file has them. */
const rareStatuses: ReadonlySet<FileStatus> = new Set(["cancelled", "duplicate", "hashing"])

const countsOf = ({ counts }: UploadProgress) =>
  (Object.entries(counts) as [FileStatus, number][]).filter(
    ([status, count]) => count > 0 || !rareStatuses.has(status),
  )

const statusLines = (progress: UploadProgress): string[] =>
  countsOf(progress).map(([status, count]) => `  ${status.padEnd(11)} ${String(count).padStart(4)}`)

const inOneLine = (progress: UploadProgress): string =>
  countsOf(progress)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${status} ${count}`)
    .join(", ")
