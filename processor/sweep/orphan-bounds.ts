import type { SweepBounds } from "./sweep-context.ts"

/** A complete listing of the bucket: the number of its objects, and of those without a row. */
export type ListingCounts = { listed: number; orphans: number }

/**
 * Whether the orphans of a listing may be deleted. Rows are written before URLs are issued and are never deleted, so
 * many orphans mean that the database lost rows. `confirmed` is the number that an operator has allowed.
 */
export const mayDeleteOrphans = (
  { listed, orphans }: ListingCounts,
  { maxOrphans, maxOrphanShare }: Pick<SweepBounds, "maxOrphans" | "maxOrphanShare">,
  confirmed: number,
): boolean => orphans <= confirmed || (orphans <= maxOrphans && orphans <= listed * maxOrphanShare)
