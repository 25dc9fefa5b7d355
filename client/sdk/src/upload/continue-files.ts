import { notStored, problemName } from "./errors.ts"
import type { FileRecord } from "./file-record.ts"
import type { JobQueue } from "./job-queue.ts"
import { isRetryableReason } from "./server-status.ts"
import type { SharedContext } from "./upload-context.ts"

/**
 * Continues files, of which some have a photo from an earlier attempt or process. Waiting ones are sent: in the job of
 * their photo if it still waits for its upload, else in a new job. The others are followed.
 */
export const continueFiles = async (
  context: SharedContext,
  queue: JobQueue,
  records: readonly FileRecord[],
): Promise<void> => {
  const byJob = new Map<string, FileRecord[]>()
  for (const record of records)
    if (record.jobId !== null) byJob.set(record.jobId, [...(byJob.get(record.jobId) ?? []), record])
  await Promise.all([
    queue.send(records.filter((record) => record.jobId === null && isWaiting(record))),
    ...[...byJob].map(([jobId, files]) => continueJob(context, queue, jobId, files)),
  ])
}

const continueJob = async (
  { api, retry, files, onPhoto }: SharedContext,
  queue: JobQueue,
  jobId: string,
  records: readonly FileRecord[],
): Promise<void> => {
  const job = await retry(() => api.getUploadJob(jobId)).catch((error: unknown) => {
    // The job belongs to another account, or to a system that was set up again.
    if (problemName(error) === "not-found") return null
    throw error
  })
  const photos = new Map(job?.items.map((item) => [item.photoId, item]))
  for (const record of records) {
    const photo = photos.get(record.state.photoId ?? "")
    const isUseless = !photo || (photo.status === "FAILED" && isRetryableReason(photo.failureReason))
    if (isUseless && record.input && isWaiting(record)) files.forgetPhoto(record)
    else if (photo) onPhoto({ ...photo, duplicateOf: photo.duplicateOf ?? null })
    else files.change(record, { status: "failed", failure: notStored })
  }
  const waiting = records.filter(isWaiting)
  await Promise.all([
    queue.send(waiting.filter((record) => record.jobId === null)),
    queue.continueJob(
      jobId,
      waiting.filter((record) => record.jobId !== null),
      records.filter(({ state }) => state.status === "uploaded"),
    ),
  ])
}

const isWaiting = ({ state }: FileRecord): boolean => state.status === "waiting"
