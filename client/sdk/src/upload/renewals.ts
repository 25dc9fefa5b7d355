import type { ApiClient } from "../api/api-client.ts"
import type { UploadItem } from "../api/contract.ts"
import { maxFilesPerJob } from "./batches.ts"
import { collectedCalls } from "./collected-calls.ts"
import type { FileRecord } from "./file-record.ts"
import type { FileTable } from "./file-table.ts"
import type { Retry } from "./retry.ts"
import { abortError } from "./signals.ts"

/** Time in which hashes are collected for one call, in ms: long enough for a wave, short enough for the first byte. */
const collectMs = 100

export type Renewals = {
  /** Replaces the presigned requests of all pending files of the job with fresh ones. */
  renew: () => Promise<void>
  /** Binds the file's request to its hash, or marks the file as a duplicate. */
  declareHash: (record: FileRecord, sha256: string) => Promise<void>
}

/** The renewals of one job. */
export const jobRenewals = (
  { api, retry, files }: { api: ApiClient; retry: Retry; files: FileTable },
  jobId: string,
): Renewals => {
  const take = (items: readonly UploadItem[]) => {
    for (const item of items) {
      const record = files.byPhoto(item.photoId)
      if (record) takeItem(files, record, item)
    }
  }
  let running: Promise<void> | undefined
  const renew = () => {
    running ??= retry(() => api.renewUploadJob(jobId))
      .then(({ items }) => take(items))
      .finally(() => {
        running = undefined
      })
    return running
  }
  const declare = collectedCalls(
    { delayMs: collectMs, maxItems: maxFilesPerJob },
    async (hashes: { photoId: string; sha256: string }[]) => {
      const { items } = await retry(() => api.renewUploadJob(jobId, hashes))
      take(items)
    },
  )
  return {
    renew,
    declareHash: (record, sha256) =>
      record.state.photoId === null ? Promise.resolve() : declare({ photoId: record.state.photoId, sha256 }),
  }
}

/** Stores the server's answer about a file: a presigned request, or that the file is a duplicate. */
export const takeItem = (files: FileTable, record: FileRecord, item: UploadItem): void => {
  record.request = item
  if (item.status !== "DUPLICATE") return
  files.change(record, { status: "duplicate", duplicateOf: item.duplicateOf })
  record.controller.abort(abortError("the account has this photo already"))
}
