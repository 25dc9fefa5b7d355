import type { SweepBounds } from "./sweep-context.ts"

/** A complete listing of the bucket: all its objects, and those of them without a row. */
export type ListingCounts = { listed: number; orphans: number }

/**
 * Whether the orphans of a listing may be deleted. Rows are written before any URL is issued and never deleted, so
 * many orphans mean that rows are missing, and not that objects are left over. `confirmed` is the number that an
 * operator has allowed.
 */
export const mayDeleteOrphans = (
  { listed, orphans }: ListingCounts,
  { maxOrphans, maxOrphanShare }: Pick<SweepBounds, "maxOrphans" | "maxOrphanShare">,
  confirmed: number,
): boolean => orphans <= confirmed || (orphans <= maxOrphans && orphans <= listed * maxOrphanShare)
