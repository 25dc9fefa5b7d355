import { text } from "node:stream/consumers"
import * as z from "zod"
import { databaseMarkerKey } from "../../domain/object-key.ts"
import type { ObjectStore } from "./object-store.ts"

/**
 * The object that identifies the database of a bucket. The sweep updates it, and compares it with its database before it
 * deletes anything (decision 16).
 */
export type DatabaseMarker = {
  deploymentId: string
  /** The highest outbox sequence of the database when the marker was written. */
  outboxSequence: number
}

/** The id of the database and the sequence of its last marker. */
export type DatabaseIdentity = {
  deploymentId: string
  /** Null before the first marker. */
  markedSequence: number | null
}

/** Reasons why a database must not delete objects of a bucket. */
export const mismatches = [
  /** The bucket has no marker, but objects without a row in the database. */
  "UNKNOWN_OBJECTS",
  /** The marker belongs to another database. */
  "OTHER_DATABASE",
  /** The marker was written by a later state of this database: the database was restored or is a copy. */
  "DATABASE_BEHIND_MARKER",
  /** The marker could not be parsed. */
  "UNREADABLE_MARKER",
] as const
export type Mismatch = (typeof mismatches)[number]

const markerSchema = z.object({ deploymentId: z.uuid(), outboxSequence: z.number().int().nonnegative() })

/**
 * Reads the marker; null when there is none.
 * @throws Error when it is replaced during the read, and when S3 does not respond
 */
export const readMarker = async (
  objectStore: Pick<ObjectStore, "head" | "get">,
  environment: string,
  signal: AbortSignal,
): Promise<DatabaseMarker | "unreadable" | null> => {
  const key = databaseMarkerKey(environment)
  const found = await objectStore.head(key, signal)
  if (!found) return null
  const object = await objectStore.get(found, signal)
  // "No marker" would let a copied database write its own.
  if (!object) throw new Error("The bucket's marker was replaced while it was read")
  const marker = markerSchema.safeParse(parseJson(await text(object.stream)))
  return marker.success ? marker.data : "unreadable"
}

/** Replaces the marker. A delayed write can only lower the sequence. */
export const writeMarker = (
  objectStore: ObjectStore,
  environment: string,
  marker: DatabaseMarker,
  signal: AbortSignal,
): Promise<void> => {
  const body = new TextEncoder().encode(JSON.stringify(marker))
  return objectStore.put(databaseMarkerKey(environment), body, "application/json", signal)
}

/** Compares a database with the marker; null when they belong together. */
export const mismatchOf = (
  identity: DatabaseIdentity,
  marker: DatabaseMarker | "unreadable",
): Mismatch | null => {
  if (marker === "unreadable") return "UNREADABLE_MARKER"
  if (marker.deploymentId !== identity.deploymentId) return "OTHER_DATABASE"
  // The database records a sequence before it writes it to the bucket. A restored database lacks that record, even if
  // its newer events have a higher sequence.
  return (identity.markedSequence ?? 0) < marker.outboxSequence ? "DATABASE_BEHIND_MARKER" : null
}

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
