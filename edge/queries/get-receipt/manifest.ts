import type { ReceiptManifest, StoredReceipt } from "./schema.ts"

/** A manifest as it is signed: its JSON text in UTF-8, and the SHA-256 of these bytes in hex. */
export type SerializedManifest = { bytes: Uint8Array; sha256: string }

/**
 * States what became of each file. It contains no time of issue: the same facts give the same bytes, so every
 * representation names the same hash.
 */
export const manifestOf = (
  { jobId, jobStatus, createdAt, completedAt, items }: StoredReceipt,
  issuer: string,
  userId: string,
): ReceiptManifest => {
  const countOf = (status: string) => items.filter(({ outcome }) => outcome === status).length
  return {
    version: 1,
    issuer,
    userId,
    jobId,
    jobStatus,
    createdAt,
    completedAt,
    counts: {
      total: items.length,
      completed: countOf("COMPLETED"),
      duplicate: countOf("DUPLICATE"),
      failed: countOf("FAILED"),
      cancelled: countOf("CANCELLED"),
      deleted: items.filter(({ deletedAt }) => deletedAt !== null).length,
    },
    isSafe: items.every(({ isStored }) => isStored),
    items: items.map(({ failureReason, failureDetail, ...item }) => ({
      photoId: item.photoId,
      filename: item.filename,
      path: item.path,
      sha256: item.sha256,
      bytes: item.bytes,
      outcome: item.outcome,
      duplicateOf: item.duplicateOf,
      isStored: item.isStored,
      reason: failureReason === null ? null : { code: failureReason, detail: failureDetail },
      createdAt: item.createdAt,
      completedAt: item.completedAt,
      deletedAt: item.deletedAt,
    })),
  }
}

/** Serializes a manifest to the bytes that are signed. */
export const serializeManifest = async (manifest: ReceiptManifest): Promise<SerializedManifest> => {
  const bytes = new TextEncoder().encode(JSON.stringify(manifest))
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
  return { bytes, sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") }
}
