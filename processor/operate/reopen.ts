import type { Database } from "../../db/statement.ts"
import type { WorkQueue } from "../platform/work-queue.ts"
import { type ReopenedPage, reopenPhotos, type Selection } from "./sql.ts"

/** Maximum number of photos that one statement reopens. Limited, because it locks the jobs and users of the photos. */
const pageSize = 1000
/** Maximum number of concurrent requests to SQS. */
const concurrency = 16

export type Reopened = { photosReopened: number; jobsReopened: number }

/**
 * Reopens all photos of a selection, page by page, and queues them. A photo that fails again in the meantime is not
 * reopened twice.
 */
export const reopen = async (
  { database, workQueue }: { database: Database; workQueue: Pick<WorkQueue, "enqueue"> },
  selection: Selection,
): Promise<Reopened> => {
  const jobs = new Set<string>()
  let photosReopened = 0
  let after: string | null = null
  for (;;) {
    const page: ReopenedPage = await database.run(reopenPhotos, {
      ...selection,
      after,
      limit: pageSize,
    })
    for (const jobId of page.jobs) jobs.add(jobId)
    photosReopened += page.photos.length
    // After the commit: if a message is lost, the sweep sends it again.
    for (let at = 0; at < page.photos.length; at += concurrency)
      await Promise.all(page.photos.slice(at, at + concurrency).map(workQueue.enqueue))
    after = page.photos.at(-1)?.photoId ?? null
    if (page.photos.length < pageSize) return { photosReopened, jobsReopened: jobs.size }
  }
}
