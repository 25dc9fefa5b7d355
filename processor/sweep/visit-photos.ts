import type { PhotoId } from "../../domain/ids.ts"
import { attemptEach, drain } from "./drain.ts"
import { clearLastSweep } from "./photos-sql.ts"
import type { SweepContext, TaskCounts } from "./sweep-context.ts"

const batchSize = 200
/** Time limit, because other tasks wait. The next sweep handles the remaining photos. */
const maxVisitMs = 60_000

type HasPhotoId = { photoId: PhotoId }

export type Visit<Photo> = {
  photos: readonly Photo[]
  /** Makes a request per photo. A failed request is logged, and its photo is left out. */
  forEach: <Item extends HasPhotoId, Result>(
    items: readonly Item[],
    request: (item: Item) => Promise<Result>,
  ) => Promise<Result[]>
  /** The number of photos per outcome. */
  count: (outcome: string, photos: number) => void
}

/** Visits all photos that are due, in batches. A photo whose visit failed is due again in the next sweep. */
export const visitPhotos = async <Photo extends HasPhotoId>(
  { database, log, signal }: SweepContext,
  take: (limit: number) => Promise<readonly Photo[]>,
  settle: (visit: Visit<Photo>) => Promise<void>,
): Promise<TaskCounts> => {
  const counts: TaskCounts = {}
  const failed = new Set<PhotoId>()
  const forEach: Visit<Photo>["forEach"] = (items, request) =>
    attemptEach(items, request, ({ photoId }, err) => {
      log.warn({ err, photoId }, "photo not settled")
      failed.add(photoId)
    })
  const count = (outcome: string, photos: number) => {
    if (photos > 0) counts[outcome] = (counts[outcome] ?? 0) + photos
  }
  try {
    await drain({
      take: () => take(batchSize),
      handle: async (photos) => {
        await settle({ photos, forEach, count })
        return photos.filter(({ photoId }) => !failed.has(photoId)).length
      },
      batchSize,
      maxMs: maxVisitMs,
      signal,
    })
  } finally {
    // Not inside the loop: it would take the same photos again.
    if (failed.size > 0) await database.run(clearLastSweep, { photoIds: [...failed] })
  }
  count("failed", failed.size)
  return counts
}
