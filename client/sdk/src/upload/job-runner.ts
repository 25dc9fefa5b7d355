import type { CreateUploadJobResponse, UploadItem } from "../api/contract.ts"
import { jobConfirmations } from "./confirmations.ts"
import type { FileRecord } from "./file-record.ts"
import { jobRenewals, type Renewals, takeItem } from "./renewals.ts"
import { runFile } from "./run-files.ts"
import type { SharedContext, UploadContext } from "./upload-context.ts"

export type JobRunner = {
  readonly jobId: string
  /** Takes over the server's items and brings the files to S3; each promise ends with its file. */
  run: (
    files: readonly { record: FileRecord; item: UploadItem | undefined }[],
    hashes: ReadonlyMap<FileRecord, Promise<string | null>>,
  ) => Promise<void>[]
  /** Gets fresh requests for all pending photos of the job, to continue after a restart. */
  renewAll: () => Promise<void>
  /** Confirms to the server that a file is stored. */
  confirm: (record: FileRecord) => void
}

/** Runs the files of one upload job. */
export const jobRunner = (
  shared: SharedContext,
  { jobId, storageEvents }: Pick<CreateUploadJobResponse, "jobId" | "storageEvents">,
): JobRunner => {
  const { api, files, retryWhilePaused } = shared
  const renewals: Renewals = jobRenewals(shared, jobId)
  const context: UploadContext = {
    ...shared,
    confirm: jobConfirmations(shared, jobId, storageEvents),
    renew: renewals.renew,
    declareHash: renewals.declareHash,
  }
  return {
    jobId,
    renewAll: renewals.renew,
    confirm: context.confirm,
    run: (entries, hashes) =>
      entries.map(({ record, item }) => {
        record.jobId = jobId
        if (item) {
          const { photoId } = item
          files.change(record, { photoId })
          // Cancelled while the job was created.
          if (record.state.status === "cancelled")
            void retryWhilePaused(() => api.cancelPhoto(photoId)).catch(() => {})
          else takeItem(files, record, item)
        }
        return runFile(context, record, hashes.get(record) ?? null)
      }),
  }
}
