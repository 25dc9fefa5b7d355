import { sql } from "drizzle-orm"
import { bigint, boolean, check, pgTable, text, uuid } from "drizzle-orm/pg-core"
import { instant } from "./columns.ts"

/** One row with the identity of this database and the results of the sweep. */
export const deployment = pgTable(
  "deployment",
  {
    isOnlyRow: boolean("is_only_row").primaryKey().default(true),
    /** Identifies the database in the bucket's marker object (decision 16). A restored copy has the same id. */
    deploymentId: uuid("deployment_id").notNull().defaultRandom(),
    /** The outbox sequence last written to the marker. If the marker has a higher one, a later database wrote it. */
    markedSequence: bigint("marked_sequence", { mode: "number" }),
    /** Why the sweep must not delete objects from the bucket. Null if it may. */
    deletionsBlockedReason: text("deletions_blocked_reason"),
    deletionsBlockedAt: instant("deletions_blocked_at"),
    /** When the bucket was last listed completely. */
    listedAt: instant("listed_at"),
    objectsListed: bigint("objects_listed", { mode: "number" }).notNull().default(0),
    /** Objects without a row that were kept because there are more than the limit. */
    orphansHeld: bigint("orphans_held", { mode: "number" }).notNull().default(0),
    /** How many orphaned objects an operator has allowed the sweep to delete. */
    orphansConfirmed: bigint("orphans_confirmed", { mode: "number" }).notNull().default(0),
    orphansConfirmedAt: instant("orphans_confirmed_at"),
  },
  (table) => [check("deployment_one_row", sql`${table.isOnlyRow}`)],
)
