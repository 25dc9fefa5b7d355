import { batch, computed, signal } from "@preact/signals"
import type { UnfinishedUpload, UploadFileState, UploadOptions } from "rapid-photo-upload-sdk"
import { reloadPhotos } from "../gallery/photo-list.ts"
import { loadAccount } from "../session/account.ts"
import { api, client } from "../session/session.ts"
import { announce, announceAtOnce } from "../ui/announcer.tsx"
import { formatCount } from "../ui/format.ts"
import { clearPreviews } from "./previews.ts"
import { openCount, totalsOf } from "./totals.ts"
import { followUpload, type UploadRun } from "./upload-run.ts"
import { type ReceiptManifest, verdictOf } from "./verdict.ts"

/** The uploads of this page that the user has not dismissed, oldest first. */
export const runs = signal<readonly UploadRun[]>([])

/** Uploads of an earlier page that were not finished. */
export const unfinished = signal<readonly UnfinishedUpload[]>([])

export const totals = computed(() => totalsOf(runs.value.map(({ progress }) => progress.value)))
export const allFiles = computed(() => runs.value.flatMap(({ progress }) => progress.value.files))
export const isActive = computed(() => openCount(totals.value) > 0)
export const isPaused = computed(() => runs.value.some(({ isPaused }) => isPaused.value))

/** The run that a file belongs to. */
export const runOf = (id: string): UploadRun | undefined =>
  runs.peek().find(({ upload }) => upload.files.some((file) => file.id === id))

export const loadUnfinished = async (): Promise<void> => {
  unfinished.value = await client.findUnfinished().catch(() => [])
}

/**
 * Starts an upload, or continues an unfinished one. Then files that the earlier page did not know are sent too.
 */
export const startUpload = (
  files: readonly File[],
  { continues, ...options }: UploadOptions & { continues?: UnfinishedUpload } = {},
): void => {
  const upload = continues ? continues.resume(files, options) : client.upload(files, options)
  let announced = 0
  const run = followUpload(upload, files, {
    onFile: (file) => {
      announceFailure(file)
      const quarter = Math.floor(totals.peek().finalShare * 4)
      if (quarter > announced && quarter < 4) announce(`${quarter * 25} % of the photos are done.`)
      announced = Math.max(announced, quarter)
    },
    onDone: () => void finish(run),
  })
  batch(() => {
    runs.value = [...runs.peek(), run]
    if (continues)
      unfinished.value = unfinished.peek().filter(({ uploadId }) => uploadId !== continues.uploadId)
  })
}

const announceFailure = ({ filename, failure }: UploadFileState) => {
  if (failure) announceAtOnce(`${filename} failed: ${failure.title}`)
}

const finish = async (run: UploadRun) => {
  reloadPhotos()
  void loadAccount()
  const result = run.result.peek()
  if (!result) return
  const receipts = await Promise.all(
    result.jobIds.map((jobId) => readManifest(jobId, result.failed.length > 0).catch(() => null)),
  )
  // Retried meanwhile: the verdict comes after that.
  if (run.result.peek() !== result) return
  const verdict = verdictOf(result, receipts)
  run.verdict.value = verdict
  if (verdict.kind === "safe") announce(`All ${formatCount(verdict.count, "photo")} are safely stored.`)
  else if (verdict.kind === "partial")
    announce(`${formatCount(verdict.notStored.length, "photo")} of the upload are not stored.`)
}

/** The pauses before a job is read again, in ms: the server may still be cancelling its last photos. */
const settleDelaysMs = [250, 500, 1000, 2000, 4000, 8000]

/** @param hasFailed files were not sent, so that their job may wait for them for long */
const readManifest = async (jobId: string, hasFailed: boolean): Promise<ReceiptManifest | null> => {
  for (const delayMs of settleDelaysMs) {
    if ((await api.getUploadJob(jobId)).terminal) return (await api.getReceipt(jobId)).manifest
    if (hasFailed) return null
    await new Promise((resolve) => setTimeout(resolve, delayMs))
  }
  return null
}

export const setPaused = (isPausedNow: boolean): void => {
  for (const { upload, isPaused } of runs.peek()) {
    isPaused.value = isPausedNow
    if (isPausedNow) upload.pause()
    else upload.resume()
  }
}

export const cancelAll = (): void => {
  for (const { upload, isPaused } of runs.peek()) {
    isPaused.value = false
    upload.cancel()
  }
}

export const cancelFile = (id: string): void => runOf(id)?.upload.cancelFile(id)

/** Starts all retryable failed files again. */
export const retryFailed = (): void => {
  for (const run of runs.peek()) {
    if (!run.upload.files.some(({ failure }) => failure?.isRetryable)) continue
    batch(() => {
      run.result.value = null
      run.verdict.value = null
    })
    run.upload.retryFailed()
  }
}

/** Removes the finished uploads from the page. */
export const dismissFinished = (): void => {
  runs.value = runs.peek().filter(({ result }) => result.value === null)
  if (runs.peek().length === 0) clearPreviews()
}

// The browser asks the user; the text is its own.
addEventListener("beforeunload", (event) => {
  const { waiting, hashing, uploading } = totals.peek().counts
  if (waiting + hashing + uploading > 0) event.preventDefault()
})
