import { continueFiles } from "./continue-files.ts"
import { newFileRecord } from "./file-record.ts"
import type { JobQueue } from "./job-queue.ts"
import { closedSource, type OpenedFile } from "./open-files.ts"
import type { SharedContext } from "./upload-context.ts"
import { isMissing, type StoredFile, type StoredUpload } from "./upload-store.ts"

/**
 * Continues an upload of an earlier page or process: repeats creates whose response is unknown, sends what the server
 * still waits for, and creates jobs for the files that have none.
 */
export const restoreUpload = async (
  context: SharedContext,
  queue: JobQueue,
  stored: StoredUpload,
): Promise<void> => {
  const requested = new Set(stored.requests.flatMap(({ fileIds }) => fileIds))
  const rest = context.files.records.filter(({ id, jobId }) => jobId !== null || !requested.has(id))
  await Promise.all([
    ...stored.requests.map((request) => queue.repeat(request)),
    continueFiles(context, queue, rest),
  ])
}

/**
 * Matches opened files with those of a stored upload. Files that the server has already need not be passed again: they
 * are followed like the others.
 */
export const matchStored = (stored: StoredUpload, opened: readonly OpenedFile[]): OpenedFile[] => {
  const byIdentity = new Map<string, StoredFile[]>()
  for (const file of stored.files)
    byIdentity.set(identityOf(file), [...(byIdentity.get(identityOf(file)) ?? []), file])

  const passed = opened.map(({ record, failure }): OpenedFile => {
    const { source, input, state } = record
    const candidates = byIdentity.get(identityOf(source)) ?? []
    const index = candidates.findIndex(({ lastModifiedMs }) =>
      isSameTime(lastModifiedMs, source.lastModifiedMs),
    )
    const [known] = index < 0 ? [] : candidates.splice(index, 1)
    if (!known) return { record, failure }
    const continued = newFileRecord(known.id, input, source, state.mimeType)
    continued.jobId = known.jobId
    continued.state = { ...continued.state, photoId: known.photoId }
    return { record: continued, failure }
  })
  const stillStored = [...byIdentity.values()].flat().filter(({ status }) => !isMissing(status))
  return [...passed, ...stillStored.map(withoutInput)]
}

const withoutInput = (file: StoredFile): OpenedFile => {
  const record = newFileRecord(file.id, null, closedSource(file.filename, file), file.mimeType)
  record.jobId = file.jobId
  record.state = {
    ...record.state,
    photoId: file.photoId,
    duplicateOf: file.duplicateOf,
    sha256: file.sha256,
    status: file.status,
    bytesSent: ["failed", "cancelled"].includes(file.status) ? 0 : file.bytes,
    failure: file.failure,
  }
  return { record, failure: null }
}

const isSameTime = (a: number | null, b: number | null): boolean => a === null || b === null || a === b

const identityOf = ({ path, filename, bytes }: Pick<StoredFile, "path" | "filename" | "bytes">): string =>
  JSON.stringify([path, filename, bytes])
