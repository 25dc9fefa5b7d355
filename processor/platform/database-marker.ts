import { text } from "node:stream/consumers"
import * as z from "zod"
import { databaseMarkerKey } from "../../domain/object-key.ts"
import type { ObjectStore } from "./object-store.ts"

/**
 * The object in the bucket that names the database whose rows describe the bucket's objects. The sweep refreshes it
 * and deletes nothing before it has compared it with its database (decision 16).
 */
export type DatabaseMarker = {
  deploymentId: string
  /** The highest outbox sequence of the database when the marker was written. */
  outboxSequence: number
}

/** What the database knows about itself and about the marker that it wrote last. */
export type DatabaseIdentity = {
  deploymentId: string
  /** Null before the first marker. */
  markedSequence: number | null
}

/** Why a database must not decide about the objects of a bucket. */
export const mismatches = [
  /** The bucket has no marker, but objects that the database does not know. */
  "UNKNOWN_OBJECTS",
  /** The marker names another database. */
  "OTHER_DATABASE",
  /** The marker was written by a later state of this database: it was restored, or it is a copy. */
  "DATABASE_BEHIND_MARKER",
  /** The marker could not be parsed. */
  "UNREADABLE_MARKER",
] as const
export type Mismatch = (typeof mismatches)[number]

const markerSchema = z.object({ deploymentId: z.uuid(), outboxSequence: z.number().int().nonnegative() })

/** Reads the marker. Null: there is none. */
export const readMarker = async (
  objectStore: ObjectStore,
  environment: string,
  signal: AbortSignal,
): Promise<DatabaseMarker | "unreadable" | null> => {
  const key = databaseMarkerKey(environment)
  const found = await objectStore.head(key, signal)
  const object = found && (await objectStore.get(key, found.etag, signal))
  if (!object) return null
  const marker = markerSchema.safeParse(parseJson(await text(object.stream)))
  return marker.success ? marker.data : "unreadable"
}

/** Writes the marker over the one that is there. A marker that arrives late is lower than the next one, never higher. */
export const writeMarker = (
  objectStore: ObjectStore,
  environment: string,
  marker: DatabaseMarker,
  signal: AbortSignal,
): Promise<void> => {
  const body = new TextEncoder().encode(JSON.stringify(marker))
  return objectStore.put(databaseMarkerKey(environment), body, "application/json", signal)
}

/** Compares a database with the marker. Null: they belong together. */
export const mismatchOf = (
  identity: DatabaseIdentity,
  marker: DatabaseMarker | "unreadable",
): Mismatch | null => {
  if (marker === "unreadable") return "UNREADABLE_MARKER"
  if (marker.deploymentId !== identity.deploymentId) return "OTHER_DATABASE"
  // The database records a sequence before it writes it to the bucket. A restored one has lost that record, even if
  // new events have passed the sequence since.
  return (identity.markedSequence ?? 0) < marker.outboxSequence ? "DATABASE_BEHIND_MARKER" : null
}

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
