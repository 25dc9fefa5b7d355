import type { ListUploadJobsResponse } from "rapid-photo-upload-sdk"

type Job = Pick<
  ListUploadJobsResponse["items"][number],
  "terminal" | "totalCount" | "completedCount" | "duplicateCount" | "failedCount" | "cancelledCount"
>

/** One line about a job: what is stored and what is not. */
export const jobText = (job: Job): string => {
  const stored = job.completedCount + job.duplicateCount
  if (!job.terminal) return `${stored + job.failedCount + job.cancelledCount} of ${job.totalCount} finished`
  const parts = [
    job.duplicateCount > 0 && `${job.duplicateCount} already here`,
    job.failedCount > 0 && `${job.failedCount} failed`,
    job.cancelledCount > 0 && `${job.cancelledCount} cancelled`,
  ].filter(Boolean)
  return [`${stored} of ${job.totalCount} stored`, ...parts].join(" · ")
}

/** How a job is marked. Only the receipt says that the originals may be deleted. */
export const jobMark = (job: Job): "running" | "stored" | "incomplete" => {
  if (!job.terminal) return "running"
  return job.completedCount + job.duplicateCount === job.totalCount ? "stored" : "incomplete"
}
