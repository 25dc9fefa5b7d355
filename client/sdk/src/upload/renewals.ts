import { ApiProblem } from "../api/api-problem.ts"
import type { UploadItem } from "../api/contract.ts"
import { maxFilesPerJob } from "./batches.ts"
import { collectedCalls } from "./collected-calls.ts"
import { FileError, fileChanged } from "./errors.ts"
import type { FileRecord } from "./file-record.ts"
import type { FileTable } from "./file-table.ts"
import { abortError } from "./signals.ts"
import type { SharedContext } from "./upload-context.ts"

/** Time in which hashes are collected for one call, in ms: long enough for a wave, short enough for the first byte. */
const collectMs = 100

export type Renewals = {
  /** Replaces the presigned requests of all pending files of the job with fresh ones. */
  renew: () => Promise<void>
  /**
   * Binds the file's request to its hash, or marks the file as a duplicate.
   * @throws FileError when the photo was declared with another hash
   */
  declareHash: (record: FileRecord, sha256: string) => Promise<void>
}

type Declared = { photoId: string; sha256: string }

/** The renewals of one job. */
export const jobRenewals = (
  { api, retry, files }: Pick<SharedContext, "api" | "retry" | "files">,
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
  /** Returns the photos that were declared with another hash before. The API renews all photos of a call or none. */
  const declareAll = async (hashes: Declared[]): Promise<ReadonlySet<string>> => {
    try {
      if (hashes.length > 0) take((await retry(() => api.renewUploadJob(jobId, hashes))).items)
      return new Set()
    } catch (error) {
      const refused = refusedPhotos(error, hashes)
      if (refused.size === 0) throw error
      await declareAll(hashes.filter(({ photoId }) => !refused.has(photoId)))
      return refused
    }
  }
  const declare = collectedCalls({ delayMs: collectMs, maxItems: maxFilesPerJob }, declareAll)
  return {
    renew,
    declareHash: async (record, sha256) => {
      const { photoId } = record.state
      if (photoId === null) return
      const refused = await declare({ photoId, sha256 })
      if (refused.has(photoId)) throw new FileError(fileChanged)
      record.isHashDeclared = true
    },
  }
}

const refusedPhotos = (error: unknown, hashes: readonly Declared[]): ReadonlySet<string> => {
  const errors = error instanceof ApiProblem ? (error.problem.errors ?? []) : []
  return new Set(errors.flatMap(({ pointer }) => hashes[Number(pointer.split("/")[1])]?.photoId ?? []))
}

/** Stores the server's answer about a file: a presigned request, or that the file is a duplicate. */
export const takeItem = (files: FileTable, record: FileRecord, item: UploadItem): void => {
  record.request = item
  record.requestedAtMs = Date.now()
  if (item.status !== "DUPLICATE") return
  files.change(record, { status: "duplicate", duplicateOf: item.duplicateOf })
  record.controller.abort(abortError())
}
