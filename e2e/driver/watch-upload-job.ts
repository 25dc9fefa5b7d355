import type { ApiClient } from "../../client/sdk/src/api/api-client.ts"
import type { UploadJobSnapshot } from "../../client/sdk/src/api/contract.ts"
import { retrying } from "./retrying.ts"

export type WatchOptions = {
  /** Interval between two polls, in ms. */
  pollMs?: number
  onSnapshot?: (job: UploadJobSnapshot) => void
  signal?: AbortSignal
}

/**
 * Polls a job until it is terminal and returns its last snapshot.
 * @throws ApiProblem for a permanent problem, and the signal's reason when it is aborted
 */
export const watchUploadJob = async (
  api: ApiClient,
  jobId: string,
  { pollMs = 1500, onSnapshot, signal }: WatchOptions = {},
): Promise<UploadJobSnapshot> => {
  for (;;) {
    signal?.throwIfAborted()
    const job = await retrying(() => api.getUploadJob(jobId))
    onSnapshot?.(job)
    if (job.terminal) return job
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
