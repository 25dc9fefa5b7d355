import { sql } from "drizzle-orm"
import { bigint, boolean, check, pgTable, text, uuid } from "drizzle-orm/pg-core"
import { instant } from "./columns.ts"

/** The one row about this database as a whole: its identity, and what the sweep found. */
export const deployment = pgTable(
  "deployment",
  {
    isOnlyRow: boolean("is_only_row").primaryKey().default(true),
    /** Identifies the database in the bucket's marker (decision 16). A restored copy has the same one. */
    deploymentId: uuid("deployment_id").notNull().defaultRandom(),
    /** The outbox sequence last written to the marker. A marker with a higher one was written by a later database. */
    markedSequence: bigint("marked_sequence", { mode: "number" }),
    /** Why the sweep deletes nothing from the bucket; null while it may delete. */
    deletionsBlockedReason: text("deletions_blocked_reason"),
    deletionsBlockedAt: instant("deletions_blocked_at"),
    /** The last complete listing of the bucket. */
    listedAt: instant("listed_at"),
    objectsListed: bigint("objects_listed", { mode: "number" }).notNull().default(0),
    /** Objects without a row that were kept because they exceed the bound. */
    orphansHeld: bigint("orphans_held", { mode: "number" }).notNull().default(0),
    /** How many orphans an operator has allowed the sweep to delete. */
    orphansConfirmed: bigint("orphans_confirmed", { mode: "number" }).notNull().default(0),
    orphansConfirmedAt: instant("orphans_confirmed_at"),
  },
  (table) => [check("deployment_one_row", sql`${table.isOnlyRow}`)],
)
