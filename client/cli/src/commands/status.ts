import { setTimeout as delay } from "node:timers/promises"
import type { Client, UploadJobSnapshot } from "rapid-photo-upload-sdk"
import { printable } from "../display/printable.ts"
import { sizeText } from "../display/size-text.ts"
import { exitCodes } from "../exit-codes.ts"

/** Jobs that `status` lists without an id. */
const listedJobs = 20

const defaultPollMs = 1500

export type StatusOptions = { jobId: string | undefined; isWatching: boolean; isJson: boolean }

/** Shows the latest jobs, or one job; with `--watch` until it is finished. Exit code 1 if a photo of it failed. */
export const status = async (
  client: Client,
  { jobId, isWatching, isJson }: StatusOptions,
): Promise<number> => {
  if (jobId === undefined) return listJobs(client, isJson)
  let etag: string | null = null
  for (;;) {
    const changed = await client.api.getChangedUploadJob(jobId, etag)
    if (changed) {
      etag = changed.etag
      process.stdout.write(isJson ? `${JSON.stringify(changed.job)}\n` : `${jobText(changed.job)}\n`)
      if (!isWatching || changed.job.terminal) return endOf(changed.job, isJson)
    }
    await delay(changed?.job.pollAfterMs ?? defaultPollMs)
  }
}

const listJobs = async (client: Client, isJson: boolean): Promise<number> => {
  const { items } = await client.api.listUploadJobs({ size: listedJobs })
  for (const job of items)
    process.stdout.write(
      isJson
        ? `${JSON.stringify(job)}\n`
        : `${job.jobId}  ${job.createdAt}  ${job.status.padEnd(21)} ${job.completedCount} of ${job.totalCount} completed\n`,
    )
  return exitCodes.safe
}

const jobText = (job: UploadJobSnapshot): string =>
  `${job.status} ${job.progress} % · ${sizeText(job.bytesSent)} of ${sizeText(job.bytesTotal)} sent · ` +
  `${job.completedCount} completed, ${job.duplicateCount} duplicates, ${job.failedCount} failed, ` +
  `${job.cancelledCount} cancelled of ${job.totalCount}`

const endOf = (job: UploadJobSnapshot, isJson: boolean): number => {
  const failed = job.items.filter((item) => item.status === "FAILED")
  if (!isJson)
    for (const { filename, failureReason, failureDetail } of failed)
      process.stdout.write(`failed  ${printable(filename)}: ${failureReason} ${failureDetail ?? ""}\n`)
  return failed.length > 0 ? exitCodes.unsafe : exitCodes.safe
}
