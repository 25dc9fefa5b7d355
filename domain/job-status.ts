export const jobStatuses = [
  "QUEUED",
  "IN_PROGRESS",
  "COMPLETED",
  "COMPLETED_WITH_ERRORS",
  "FAILED",
  "CANCELLED",
] as const

/** The status of a job, computed only from its photos. */
export type JobStatus = (typeof jobStatuses)[number]

/** The number of a job's photos in total and per final status. */
export type JobCounts = {
  total: number
  completed: number
  failed: number
  cancelled: number
  /** Photos whose bytes are those of another photo: not uploaded, and not a failure. */
  duplicate: number
}

/** Whether every photo of the job has a final status. Clients then stop polling. */
export const isTerminalJob = (status: JobStatus): boolean => status !== "QUEUED" && status !== "IN_PROGRESS"

/** Whether every photo of the job is in a final status. */
export const isSettled = (counts: JobCounts): boolean =>
  counts.completed + counts.failed + counts.cancelled + counts.duplicate === counts.total

/**
 * Returns the status of a job with these counts.
 * @param hasStarted whether any photo was ever in another status than QUEUED
 */
export const jobStatusOf = (counts: JobCounts, hasStarted: boolean): JobStatus => {
  if (!isSettled(counts)) return hasStarted ? "IN_PROGRESS" : "QUEUED"
  if (counts.failed === counts.total) return "FAILED"
  if (counts.cancelled === counts.total) return "CANCELLED"
  return counts.failed > 0 ? "COMPLETED_WITH_ERRORS" : "COMPLETED"
}
