import { sql } from "drizzle-orm"
import { index, integer, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core"
import { photos } from "./photos.ts"
import { users } from "./users.ts"

export const tags = pgTable(
  "tags",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    /** The label in lower case. Labels with the same key are one tag. */
    tagKey: text("tag_key").notNull(),
    /** The label as first entered. */
    label: text("label").notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.tagKey] })],
)

export const photoTags = pgTable(
  "photo_tags",
  {
    photoId: text("photo_id")
      .notNull()
      .references(() => photos.photoId),
    userId: text("user_id").notNull(),
    tagKey: text("tag_key").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.photoId, table.tagKey] }),
    // For the photos of a tag in the order of their ids.
    index("photo_tags_by_tag").on(table.userId, table.tagKey, table.photoId),
  ],
)

/**
 * Ranges of a user's photo ids, about 4,096 photos each, written by a trigger on `upload_jobs`. The search index is
 * divided by block: a search reads the blocks one after another, newest first, and stops when its page is full. See
 * docs/decisions/0023-search-by-blocks.md.
 */
export const searchBlocks = pgTable(
  "search_blocks",
  {
    blockId: integer("block_id").primaryKey().generatedAlwaysAsIdentity(),
    userId: text("user_id")
      .notNull()
      .references(() => users.userId),
    /** The block contains the photo ids from this one up to the first id of the user's next block. */
    firstPhotoId: text("first_photo_id").notNull(),
    /** Number of photos created since the block was created. */
    photoCount: integer("photo_count").notNull(),
  },
  (table) => [uniqueIndex("search_blocks_by_user").on(table.userId, table.firstPhotoId)],
)

/** The searchable fields of a finished photo that is not deleted, written by triggers on `photos` and `photo_tags`. */
export const photoSearch = pgTable(
  "photo_search",
  {
    photoId: text("photo_id")
      .primaryKey()
      .references(() => photos.photoId, { onDelete: "cascade" }),
    blockId: integer("block_id").notNull(),
    status: text("status").notNull(),
    takenAt: text("taken_at"),
    /** As in `photos`: searches that sort by it need not read the photos. Written by a trigger on this table. */
    takenOrCreatedAt: text("taken_or_created_at"),
    tagKeys: text("tag_keys").array().notNull(),
    /** The searched fields, in lower case, one per line: see `search_document()`. */
    document: text("document").notNull(),
  },
  (table) => [
    // Without a list of pending entries (`fastupdate`), because every search would have to read it.
    index("photo_search_tokens")
      .using(
        "gin",
        sql`search_tokens(${table.blockId}, ${table.document}, ${table.status}, ${table.takenAt}, ${table.tagKeys})`,
      )
      .with({ fastupdate: false }),
  ],
)
