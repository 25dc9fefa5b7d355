import { originalsPrefix, thumbnailsPrefix } from "../../aws/object-key-prefix.ts"
import { recordListing, selectConfirmedOrphans } from "./deployment-sql.ts"
import { attemptEach, drain } from "./drain.ts"
import { recordObjects, selectKnownPhotos } from "./objects-sql.ts"
import { type ListingCounts, mayDeleteOrphans } from "./orphan-bounds.ts"
import { photoIdInKey } from "./photo-id-in-key.ts"
import type { SweepContext, TaskCounts } from "./sweep-context.ts"

/** Time limit for the listing in one sweep. The next sweep continues from there. */
const maxListMs = 10_000
const maxDeleteMs = 30_000
const deleteBatchSize = 200

/** Maximum number of orphaned keys of a listing that are kept in memory. The next listing finds the others. */
const maxKeptKeys = 10_000

type Listing = ListingCounts & { prefixes: string[]; after: string | null; orphanKeys: string[] }

/**
 * Lists the whole bucket, over several sweeps if necessary, and removes the objects that belong to no photo and are
 * older than the grace time. It decides at the end of a listing: too many orphans, by number or as a fraction of all
 * objects, mean that the database lost rows. Other tasks handle late objects of known photos.
 */
export const removeOrphans = () => {
  let listing: Listing | null = null
  return async (context: SweepContext): Promise<TaskCounts> => {
    if (!context.mayDelete) {
      // Counts from another database are invalid.
      listing = null
      return {}
    }
    listing ??= newListing(context.environment)
    const lateObjects = await continueListing(context, listing)
    if (listing.prefixes.length > 0) return { lateObjects }
    const complete = listing
    listing = null
    return { lateObjects, orphansRemoved: await decide(context, complete) }
  }
}

const newListing = (environment: string): Listing => ({
  prefixes: [originalsPrefix(environment), thumbnailsPrefix(environment)],
  after: null,
  listed: 0,
  orphans: 0,
  orphanKeys: [],
})

/** Lists to the end or until the time is used up. @returns the number of late objects found */
const continueListing = async (context: SweepContext, listing: Listing): Promise<number> => {
  const { database, objectStore, bounds, signal } = context
  const startedAt = performance.now()
  let lateObjects = 0
  for (let prefix = listing.prefixes[0]; prefix; prefix = listing.prefixes[0]) {
    const page = await objectStore.list(prefix, listing.after, signal)
    const { known, late } = await database.run(recordObjects, {
      photoIds: page.items.map(({ key }) => photoIdInKey(key)),
    })
    const ids = new Set(known)
    const orphans = page.items.filter(
      ({ key, modifiedAt }) =>
        !ids.has(photoIdInKey(key)) && modifiedAt.getTime() < Date.now() - bounds.orphanMs,
    )
    lateObjects += late
    listing.listed += page.items.length
    listing.orphans += orphans.length
    listing.orphanKeys.push(
      ...orphans.slice(0, maxKeptKeys - listing.orphanKeys.length).map(({ key }) => key),
    )
    listing.after = page.next
    if (page.next === null) listing.prefixes.shift()
    if (performance.now() - startedAt > maxListMs) break
  }
  return lateObjects
}

const decide = async (context: SweepContext, listing: Listing): Promise<number> => {
  const { database, bounds, log } = context
  const { listed, orphans } = listing
  const { confirmed } = await database.run(selectConfirmedOrphans, {})
  if (!mayDeleteOrphans(listing, bounds, confirmed)) {
    const { maxOrphans, maxOrphanShare } = bounds
    log.error(
      { orphans, listed, maxOrphans, maxOrphanShare },
      "too many objects without a row: none was deleted; see `ops reconcile` and `ops confirm-orphans`",
    )
    await database.run(recordListing, { listed, held: orphans, confirmationsUsed: 0 })
    return 0
  }
  const deleted = await deleteOrphans(context, [...listing.orphanKeys])
  // The rest of a confirmation is kept only while confirmed orphans remain.
  const confirmationsUsed = orphans > listing.orphanKeys.length ? deleted : confirmed
  await database.run(recordListing, { listed, held: 0, confirmationsUsed })
  return deleted
}

const deleteOrphans = async (
  { database, objectStore, log, signal }: SweepContext,
  keys: string[],
): Promise<number> => {
  let deleted = 0
  await drain({
    take: async () => keys.splice(0, deleteBatchSize),
    handle: async (batch) => {
      // Check again: the listing may have begun long ago.
      const known = await database.run(selectKnownPhotos, { photoIds: batch.map(photoIdInKey) })
      const ids = new Set(known.map(({ photoId }) => photoId))
      const removed = await attemptEach(
        batch.filter((key) => !ids.has(photoIdInKey(key))),
        async (key) => {
          await objectStore.remove(key, signal)
          log.warn({ key }, "orphaned object removed")
        },
        (key, err) => log.warn({ err, key }, "orphaned object not removed"),
      )
      deleted += removed.length
      return removed.length
    },
    batchSize: deleteBatchSize,
    maxMs: maxDeleteMs,
    signal,
  })
  return deleted
}
