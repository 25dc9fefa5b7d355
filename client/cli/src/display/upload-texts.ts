import type { UploadFileState, UploadProgress, UploadResult } from "rapid-photo-upload-sdk"
import { printable } from "./printable.ts"
import { durationText, sizeText } from "./size-text.ts"

/** A terminal shows this many files that are being sent. */
const maxActiveLines = 6

const barWidth = 28

const fileBarWidth = 12

/** The line of a file that needs attention; null for the others. */
export const notableText = (file: UploadFileState): string | null => {
  if (file.status === "failed")
    return `failed     ${nameOf(file)}: ${file.failure?.title}. ${file.failure?.detail}`
  if (file.status === "duplicate")
    return `duplicate  ${nameOf(file)} is stored already as ${file.duplicateOf}`
  if (file.status === "cancelled") return `cancelled  ${nameOf(file)}`
  return null
}

/** The lines of a running upload: one for each file that is being sent, and two for the batch. */
export const progressLines = (progress: UploadProgress, isPaused: boolean): string[] => {
  const { counts, files, bytesSent, bytesTotal, bytesPerSecond, remainingMs } = progress
  const active = files.filter(({ status }) => status === "uploading").slice(0, maxActiveLines)
  const finished = counts.completed + counts.duplicate + counts.failed + counts.cancelled
  const rate = bytesPerSecond === null ? "" : ` · ${sizeText(bytesPerSecond)}/s`
  const remaining = remainingMs === null ? "" : ` · ${durationText(remainingMs)} left`
  return [
    ...active.map((file) => `  ${bar(file.bytesSent, file.bytesTotal, fileBarWidth)} ${nameOf(file)}`),
    `${bar(bytesSent, bytesTotal, barWidth)} ${sizeText(bytesSent)} of ${sizeText(bytesTotal)}${rate}${remaining}`,
    `${finished} of ${files.length} done · ${counts.processing + counts.uploaded} processing · ${counts.failed} failed${isPaused ? " · paused" : ""}`,
  ]
}

const bar = (value: number, total: number, width: number): string => {
  const filled = total === 0 ? width : Math.floor((value / total) * width)
  return `${"█".repeat(filled)}${"░".repeat(width - filled)}`
}

/** A file's name with its folder. */
export const nameOf = ({ path, filename }: Pick<UploadFileState, "path" | "filename">): string =>
  printable(path ? `${path}/${filename}` : filename)

/** The counts of a result. */
export const countsOf = (result: UploadResult) => ({
  completed: result.completed.length,
  duplicates: result.duplicates.length,
  failed: result.failed.length,
  cancelled: result.cancelled.length,
})

/** The last line of an upload. */
export const resultText = (result: UploadResult): string => {
  const { completed, duplicates, failed, cancelled } = countsOf(result)
  const total = completed + duplicates + failed + cancelled
  const safe = completed + duplicates
  const known = duplicates > 0 ? ` (${duplicates} ${duplicates === 1 ? "was" : "were"} stored before)` : ""
  if (safe === total) {
    const subject = total === 1 ? "The photo is" : `All ${total} photos are`
    return `${subject} safely stored${known}. You may delete the originals.`
  }
  const rest = [failed > 0 ? `${failed} failed` : "", cancelled > 0 ? `${cancelled} cancelled` : ""]
  return `${safe} of ${total} photos are safely stored${known}; ${rest.filter(Boolean).join(", ")}. Keep the originals.`
}
