import type { Upload, UploadFileState, UploadProgress, UploadResult } from "rapid-photo-upload-sdk"
import { durationText, sizeText } from "../size-text.ts"
import { liveArea } from "./live-area.ts"

/** How an upload is shown. */
export type DisplayMode = "bar" | "plain" | "json" | "quiet"

/** A terminal shows this many files that are being sent. */
const maxActiveLines = 6

const barWidth = 28

/** Shows an upload until it is done. */
export const showUpload = (upload: Upload, mode: DisplayMode): void => {
  if (mode !== "quiet") displays[mode](upload)
}

const showBar = (upload: Upload) => {
  const area = liveArea(process.stdout)
  upload.on("progress", (progress) => area.draw(linesOf(progress, upload.isPaused)))
  upload.on("file", ({ file }) => {
    const line = noteworthy(file)
    if (line) area.print(line)
  })
  upload.on("done", () => area.clear())
}

const showJson = (upload: Upload) => {
  const write = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`)
  upload.on("file", write)
  upload.on("progress", ({ files: _, ...sums }) => write(sums))
  upload.on("stalled", write)
  upload.on("done", ({ result }) => write({ type: "done", ...countsOf(result), jobIds: result.jobIds }))
}

const showPlain = (upload: Upload) => {
  upload.on("file", ({ file }) => {
    if (file.status === "completed") process.stdout.write(`stored     ${nameOf(file)}\n`)
    const line = noteworthy(file)
    if (line) process.stdout.write(`${line}\n`)
  })
}

const displays = { bar: showBar, json: showJson, plain: showPlain } as const

const noteworthy = (file: UploadFileState): string | null => {
  if (file.status === "failed")
    return `failed     ${nameOf(file)}: ${file.failure?.title}. ${file.failure?.detail}`
  if (file.status === "duplicate")
    return `duplicate  ${nameOf(file)} is stored already as ${file.duplicateOf}`
  if (file.status === "cancelled") return `cancelled  ${nameOf(file)}`
  return null
}

const linesOf = (progress: UploadProgress, isPaused: boolean): string[] => {
  const { counts, files, bytesSent, bytesTotal, bytesPerSecond, remainingMs } = progress
  const active = files.filter(({ status }) => status === "uploading").slice(0, maxActiveLines)
  const finished = counts.completed + counts.duplicate + counts.failed + counts.cancelled
  const rate = bytesPerSecond === null ? "" : ` · ${sizeText(bytesPerSecond)}/s`
  const remaining = remainingMs === null ? "" : ` · ${durationText(remainingMs)} left`
  return [
    ...active.map((file) => `  ${bar(file.bytesSent, file.bytesTotal, 12)} ${nameOf(file)}`),
    `${bar(bytesSent, bytesTotal, barWidth)} ${sizeText(bytesSent)} of ${sizeText(bytesTotal)}${rate}${remaining}`,
    `${finished} of ${files.length} done · ${counts.processing + counts.uploaded} processing · ${counts.failed} failed${isPaused ? " · paused" : ""}`,
  ]
}

const bar = (value: number, total: number, width: number): string => {
  const filled = total === 0 ? width : Math.floor((value / total) * width)
  return `${"█".repeat(filled)}${"░".repeat(width - filled)}`
}

const nameOf = ({ path, filename }: UploadFileState): string => (path ? `${path}/${filename}` : filename)

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
  if (safe === total) return `All ${total} photos are safely stored${known}. You may delete the originals.`
  const rest = [failed > 0 ? `${failed} failed` : "", cancelled > 0 ? `${cancelled} cancelled` : ""]
  return `${safe} of ${total} photos are safely stored${known}; ${rest.filter(Boolean).join(", ")}. Keep the originals.`
}
