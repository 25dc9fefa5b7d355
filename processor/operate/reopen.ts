import type { Database } from "../../db/statement.ts"
import type { WorkQueue } from "../platform/work-queue.ts"
import { type ReopenedPage, reopenPhotos, type Selection } from "./sql.ts"

/** Photos that one statement reopens: it holds the locks of their jobs and users. */
const pageSize = 1000
/** Messages that are sent at the same time. */
const concurrency = 16

export type Reopened = { photosReopened: number; jobsReopened: number }

/**
 * Reopens all photos of a selection, page by page, and queues them. A photo that fails again meanwhile is not reopened
 * a second time.
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
    // After the commit: the sweep sends a lost message again.
    for (let at = 0; at < page.photos.length; at += concurrency)
      await Promise.all(page.photos.slice(at, at + concurrency).map(workQueue.enqueue))
    after = page.photos.at(-1)?.photoId ?? null
    if (page.photos.length < pageSize) return { photosReopened, jobsReopened: jobs.size }
  }
}
