import { maxFilesPerJob } from "./batches.ts"
import { failureOf, notStored } from "./errors.ts"
import type { FileRecord } from "./file-record.ts"
import type { SharedContext } from "./upload-context.ts"

/** How long S3's own event may take before the client confirms an upload, in ms. */
const storageEventMs = 3000

/** Time in which uploads are collected when the server receives no S3 events, in ms. */
const collectMs = 200

/**
 * Confirms the uploads of one job: at once if the server receives no S3 events, else those that the server has not
 * seen some seconds after their upload. One call confirms all of them.
 */
export const jobConfirmations = (
  { api, retry, files }: Pick<SharedContext, "api" | "retry" | "files">,
  jobId: string,
  hasStorageEvents: boolean,
): ((record: FileRecord) => void) => {
  const waiting = new Set<FileRecord>()
  let isScheduled = false

  const confirmWaiting = async () => {
    isScheduled = false
    for (const record of waiting) if (record.state.status !== "uploaded") waiting.delete(record)
    const records = [...waiting].slice(0, maxFilesPerJob)
    for (const record of records) waiting.delete(record)
    if (records.length === 0) return
    try {
      const photoIds = records.flatMap(({ state }) => state.photoId ?? [])
      const { items } = await retry(() => api.finalizeUploadJob(jobId, { photoIds }))
      for (const { photoId, outcome } of items) {
        const record = files.byPhoto(photoId)
        if (!record) continue
        if (outcome === "object_missing") files.change(record, { status: "failed", failure: notStored })
        // `unchanged` can also mean a final status, which the job's status has.
        else if (outcome === "finalized") files.change(record, { status: "processing" })
      }
    } catch (error) {
      for (const record of records) files.change(record, { status: "failed", failure: failureOf(error) })
    }
    if (waiting.size > 0) schedule()
  }
  const schedule = () => {
    if (isScheduled) return
    isScheduled = true
    setTimeout(confirmWaiting, hasStorageEvents ? storageEventMs : collectMs)
  }
  return (record) => {
    waiting.add(record)
    schedule()
  }
}
