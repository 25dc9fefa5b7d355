import { type Signal, signal } from "@preact/signals"
import type { Upload, UploadFileState, UploadProgress, UploadResult } from "rapid-photo-upload-sdk"
import type { Verdict } from "./verdict.ts"

/** An upload that the page shows. */
export type UploadRun = {
  upload: Upload
  progress: Signal<UploadProgress>
  /** Paused by the user. */
  isPaused: Signal<boolean>
  /** When a file last stalled; 0 if none did since bytes were last sent. */
  stalledAt: Signal<number>
  /** Null while it runs. */
  result: Signal<UploadResult | null>
  /** Null until the receipts are read. */
  verdict: Signal<Verdict | null>
  /** Chosen files by identity, for previews. */
  contents: ReadonlyMap<string, File>
}

/** What identifies a chosen file across a resume. */
export const fileKey = (file: { path: string | null; filename: string; bytesTotal: number }): string =>
  JSON.stringify([file.path, file.filename, file.bytesTotal])

const keyOfFile = (file: File): string =>
  fileKey({
    path: file.webkitRelativePath.split("/").slice(0, -1).join("/") || null,
    filename: file.name,
    bytesTotal: file.size,
  })

/** Follows an upload. `onFile` is called for each change of a file's status, `onDone` when all are final. */
export const followUpload = (
  upload: Upload,
  files: readonly File[],
  { onFile, onDone }: { onFile: (file: UploadFileState) => void; onDone: (result: UploadResult) => void },
): UploadRun => {
  const run: UploadRun = {
    upload,
    progress: signal(upload.progress),
    isPaused: signal(false),
    stalledAt: signal(0),
    result: signal(null),
    verdict: signal(null),
    contents: new Map(files.map((file) => [keyOfFile(file), file])),
  }
  let bytesSent = 0
  upload.on("progress", (progress) => {
    if (progress.bytesSent > bytesSent) run.stalledAt.value = 0
    bytesSent = progress.bytesSent
    run.progress.value = progress
  })
  upload.on("file", ({ file }) => onFile(file))
  upload.on("stalled", () => {
    run.stalledAt.value = Date.now()
  })
  upload.on("done", ({ result }) => {
    run.result.value = result
    onDone(result)
  })
  return run
}
