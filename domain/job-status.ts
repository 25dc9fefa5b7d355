export const jobStatuses = [
  "QUEUED",
  "IN_PROGRESS",
  "COMPLETED",
  "COMPLETED_WITH_ERRORS",
  "FAILED",
  "CANCELLED",
] as const

/** Where a whole batch stands. It follows from its photos and from nothing else. */
export type JobStatus = (typeof jobStatuses)[number]

/** How many photos of a job are in each terminal state, of how many in all. */
export type JobCounts = { total: number; completed: number; failed: number; cancelled: number }

/** Clients stop polling at a terminal job. */
export const isTerminalJob = (status: JobStatus): boolean => status !== "QUEUED" && status !== "IN_PROGRESS"

/** Whether every photo of the job has ended. */
export const isSettled = (counts: JobCounts): boolean =>
  counts.completed + counts.failed + counts.cancelled === counts.total

/**
 * The status a job has when its photos are as counted.
 * @param hasStarted whether any photo ever left QUEUED
 */
export const jobStatusOf = (counts: JobCounts, hasStarted: boolean): JobStatus => {
  if (!isSettled(counts)) return hasStarted ? "IN_PROGRESS" : "QUEUED"
  if (counts.failed === counts.total) return "FAILED"
  if (counts.cancelled === counts.total) return "CANCELLED"
  return counts.failed > 0 ? "COMPLETED_WITH_ERRORS" : "COMPLETED"
}
