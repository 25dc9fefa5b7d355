import type { FileRecord } from "./file-record.ts"
import { newFileRecord } from "./file-record.ts"
import type { JobQueue } from "./job-queue.ts"
import type { SharedContext } from "./job-runner.ts"
import type { OpenedFile } from "./open-files.ts"
import { applyServerStatus } from "./server-status.ts"
import type { StoredFile, StoredUpload } from "./upload-store.ts"

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
  const isWaiting = ({ state }: FileRecord) => state.status === "waiting"
  const created = context.files.records.filter((record) => isWaiting(record) && record.jobId !== null)
  const rest = context.files.records.filter(
    (record) => isWaiting(record) && record.jobId === null && !requested.has(record.id),
  )
  const jobIds = new Set(created.flatMap(({ jobId }) => jobId ?? []))
  await Promise.all([
    ...stored.requests.map((request) => queue.repeat(request)),
    ...[...jobIds].map((jobId) =>
      continueJob(
        context,
        queue,
        jobId,
        created.filter((record) => record.jobId === jobId),
      ),
    ),
    queue.send(rest),
  ])
}

const continueJob = async (
  context: SharedContext,
  queue: JobQueue,
  jobId: string,
  records: readonly FileRecord[],
): Promise<void> => {
  const job = await context.retry(() => context.api.getUploadJob(jobId))
  for (const item of job.items)
    applyServerStatus(context.files, { ...item, duplicateOf: item.duplicateOf ?? null })
  await queue.continueJob(
    jobId,
    records.filter(({ state }) => state.status === "waiting"),
  )
}

/** The file of a stored upload that an opened file continues. */
export const matchStored = (stored: StoredUpload, opened: readonly OpenedFile[]): OpenedFile[] => {
  const byIdentity = new Map<string, StoredFile>()
  for (const file of stored.files) byIdentity.set(identityOf(file), file)
  return opened.map((file) => {
    const { source, state } = file.record
    const known = byIdentity.get(identityOf(source))
    const isSame =
      known !== undefined &&
      (known.lastModifiedMs === null ||
        source.lastModifiedMs === null ||
        known.lastModifiedMs === source.lastModifiedMs)
    if (!known || !isSame) return file
    byIdentity.delete(identityOf(source))
    const record = newFileRecord(known.id, source, state.mimeType)
    record.jobId = known.jobId
    record.state = { ...record.state, photoId: known.photoId }
    return { record, failure: file.failure }
  })
}

const identityOf = ({ path, filename, bytes }: Pick<StoredFile, "path" | "filename" | "bytes">): string =>
  JSON.stringify([path, filename, bytes])
