import { originalsPrefix, thumbnailsPrefix } from "../../aws/object-key-prefix.ts"
import { type Mismatch, mismatchOf, readMarker, writeMarker } from "../platform/database-marker.ts"
import { recordBlock, recordMarker, selectIdentity } from "./deployment-sql.ts"
import { selectKnownPhotos } from "./objects-sql.ts"
import { photoIdInKey } from "./photo-id-in-key.ts"
import type { SweepContext } from "./sweep-context.ts"

/**
 * Compares the database with the marker in the bucket and refreshes the marker. A new or restored database, or the
 * database of another environment, lacks rows of photos, so their objects would be treated as orphans. With such a
 * database the sweep deletes nothing until an operator has run `ops reconcile --adopt`.
 * @returns whether the sweep may delete from the bucket
 */
export const checkDatabase = async (context: Omit<SweepContext, "mayDelete">): Promise<boolean> => {
  const { database, objectStore, environment, log, signal } = context
  const marker = await readMarker(objectStore, environment, signal)
  // Read after the marker: if another process updates the marker in between, this database must not look restored.
  const { outboxSequence, ...identity } = await database.run(selectIdentity, {})
  const mismatch = marker === null ? await mismatchWithoutMarker(context) : mismatchOf(identity, marker)
  if (mismatch) {
    await database.run(recordBlock, { reason: mismatch })
    log.error(
      { mismatch, deploymentId: identity.deploymentId },
      "the database does not belong to the bucket: the sweep deletes nothing; run `ops reconcile`",
    )
    return false
  }
  await database.run(recordMarker, { outboxSequence })
  const isCurrent = marker !== null && marker !== "unreadable" && marker.outboxSequence === outboxSequence
  if (!isCurrent)
    await writeMarker(
      objectStore,
      environment,
      { deploymentId: identity.deploymentId, outboxSequence },
      signal,
    )
  return true
}

/**
 * A bucket without a marker is adopted if the first objects of each kind all have rows. It is then empty, or was used
 * by a release that wrote no marker.
 */
const mismatchWithoutMarker = async ({
  database,
  objectStore,
  environment,
  signal,
}: Omit<SweepContext, "mayDelete">): Promise<Mismatch | null> => {
  for (const prefix of [originalsPrefix(environment), thumbnailsPrefix(environment)]) {
    const { items } = await objectStore.list(prefix, null, signal)
    const photoIds = [...new Set(items.map(({ key }) => photoIdInKey(key)))]
    const known = await database.run(selectKnownPhotos, { photoIds })
    if (known.length < photoIds.length) return "UNKNOWN_OBJECTS"
  }
  return null
}
