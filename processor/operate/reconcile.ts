import { originalsPrefix, thumbnailsPrefix } from "../../aws/object-key-prefix.ts"
import type { Database } from "../../db/statement.ts"
import { isPhotoId } from "../../domain/ids.ts"
import {
  type DatabaseMarker,
  type Mismatch,
  mismatchOf,
  readMarker,
  writeMarker,
} from "../platform/database-marker.ts"
import type { ObjectStore } from "../platform/object-store.ts"
import {
  adoptBucket,
  type StoredPhoto,
  selectExistingPhotos,
  selectIdentity,
  selectStoredPhotos,
} from "./bucket-sql.ts"

export type ReconcileDependencies = { environment: string; database: Database; objectStore: ObjectStore }

/** The number of findings, and the first of them. */
type Findings = { count: number; first: string[] }

export type Reconciliation = {
  deploymentId: string
  marker: DatabaseMarker | "unreadable" | null
  state: "MATCHES" | "NO_MARKER" | Mismatch
  /** Keys of objects whose photo has no row in the database. */
  objectsWithoutRow: Findings
  /** Ids of photos whose original is not in the bucket. */
  photosWithoutObject: Findings
  isAdopted: boolean
}

const pageSize = 1000
/** Maximum number of concurrent requests to S3. */
const concurrency = 16

/**
 * Compares the bucket with the database in both directions. With `isAdopting` it then writes a marker for this
 * database, which allows the sweep to delete again.
 */
export const reconcile = async (
  dependencies: ReconcileDependencies,
  { isAdopting, limit }: { isAdopting: boolean; limit: number },
  signal: AbortSignal,
): Promise<Reconciliation> => {
  const { environment, database, objectStore } = dependencies
  const marker = await readMarker(objectStore, environment, signal)
  const identity = await database.run(selectIdentity, {})
  const objectsWithoutRow = await findObjectsWithoutRow(dependencies, limit, signal)
  const photosWithoutObject = await findPhotosWithoutObject(dependencies, limit, signal)
  if (isAdopting) {
    const adopted = await database.run(adoptBucket, {})
    await writeMarker(objectStore, environment, adopted, signal)
  }
  return {
    deploymentId: identity.deploymentId,
    marker,
    state: marker === null ? "NO_MARKER" : (mismatchOf(identity, marker) ?? "MATCHES"),
    objectsWithoutRow,
    photosWithoutObject,
    isAdopted: isAdopting,
  }
}

const findObjectsWithoutRow = async (
  { environment, database, objectStore }: ReconcileDependencies,
  limit: number,
  signal: AbortSignal,
): Promise<Findings> => {
  const findings: Findings = { count: 0, first: [] }
  for (const prefix of [originalsPrefix(environment), thumbnailsPrefix(environment)]) {
    let after: string | null = null
    do {
      const page = await objectStore.list(prefix, after, signal)
      const objects = page.items.map(({ key }) => ({ key, photoId: key.split("/").find(isPhotoId) }))
      const photoIds = objects.flatMap(({ photoId }) => photoId ?? [])
      const known = new Set(await database.run(selectExistingPhotos, { photoIds }))
      for (const { key, photoId } of objects)
        if (photoId === undefined || !known.has(photoId)) add(findings, key, limit)
      after = page.next
    } while (after !== null)
  }
  return findings
}

const findPhotosWithoutObject = async (
  { database, objectStore }: ReconcileDependencies,
  limit: number,
  signal: AbortSignal,
): Promise<Findings> => {
  const findings: Findings = { count: 0, first: [] }
  let after: string | null = null
  for (;;) {
    const page: StoredPhoto[] = await database.run(selectStoredPhotos, { after, limit: pageSize })
    for (let at = 0; at < page.length; at += concurrency) {
      const chunk = page.slice(at, at + concurrency)
      const objects = await Promise.all(chunk.map(({ key }) => objectStore.head(key, signal)))
      for (const [index, { photoId }] of chunk.entries()) if (!objects[index]) add(findings, photoId, limit)
    }
    after = page.at(-1)?.photoId ?? null
    if (page.length < pageSize) return findings
  }
}

const add = (findings: Findings, item: string, limit: number): void => {
  findings.count += 1
  if (findings.first.length < limit) findings.first.push(item)
}
