import type { ReceiptResponse, UploadResult } from "rapid-photo-upload-sdk"

export type ReceiptManifest = ReceiptResponse["manifest"]

/** The part of a receipt that the verdict needs. */
type StoredItems = { items: readonly { photoId: string; isStored: boolean }[] }

/** Whether the user may delete the originals. */
export type Verdict =
  | { kind: "safe"; count: number; duplicates: number }
  /** Some files are not stored: keep their originals. `stored` is null while the receipts do not exist. */
  | { kind: "partial"; stored: number | null; notStored: readonly { filename: string; reason: string }[] }
  /** The receipts could not be read. */
  | { kind: "unknown" }

/**
 * Derives the verdict from the signed receipts of all jobs of an upload. A file without a receipt item, because the API
 * rejected it or it was cancelled first, is not stored.
 */
export const verdictOf = (result: UploadResult, receipts: readonly (StoredItems | null)[]): Verdict => {
  const manifests = receipts.filter((receipt) => receipt !== null)
  const unsent = [
    ...result.failed.map(({ filename, failure }) => ({ filename, reason: failure?.title ?? "Failed" })),
    ...result.cancelled.map(({ filename }) => ({ filename, reason: "Cancelled" })),
  ]
  if (manifests.length !== result.jobIds.length)
    // A job waits for the files that were not sent, and has no receipt until then.
    return unsent.length > 0 ? { kind: "partial", stored: null, notStored: unsent } : { kind: "unknown" }
  const items = new Map(manifests.flatMap((manifest) => manifest.items.map((item) => [item.photoId, item])))
  const claimed = [...result.completed, ...result.duplicates]
  // An item that the receipt does not confirm is not stored, whatever the page believed.
  const unconfirmed = claimed.filter(({ photoId }) => {
    const item = photoId === null ? undefined : items.get(photoId)
    return !item?.isStored
  })
  const notStored = [
    ...unsent,
    ...unconfirmed.map(({ filename }) => ({ filename, reason: "Not confirmed by the receipt" })),
  ]
  const stored = claimed.length - unconfirmed.length
  if (notStored.length > 0) return { kind: "partial", stored, notStored }
  return { kind: "safe", count: stored, duplicates: result.duplicates.length }
}
