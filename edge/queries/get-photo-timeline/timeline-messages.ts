import type { StoredEntry } from "./schema.ts"

/** Returns the text of a timeline entry for the owner of the photo. The compiler reports a kind without a text. */
export const timelineMessage = ({ kind, data }: StoredEntry): string => {
  switch (kind) {
    case "QUEUED":
      return "The photo was added and is waiting for its upload."
    case "UPLOADING":
      return "The upload started."
    case "PROCESSING":
      return "The upload is complete."
    case "ATTEMPT_STARTED":
      return data.attempt === 1
        ? "The photo is being checked and its thumbnails are being created."
        : `The photo is being checked again (attempt ${data.attempt}).`
    case "ATTEMPT_FAILED":
      return `Attempt ${data.attempt} failed because of a temporary error and will be repeated.`
    case "COMPLETED":
      return "The photo was checked and stored. Its metadata and thumbnails are available."
    case "FAILED":
      return `The photo could not be processed. ${data.detail ?? data.reason ?? ""}`.trim()
    case "REPROCESSING":
      return "The photo is being processed again."
    case "CANCELLED":
      return "The upload was cancelled."
    case "DUPLICATE":
      return "The file has the same content as another photo, so it need not be uploaded."
    case "REQUEUED":
      return "The photo with the same content was not stored. This photo is waiting for its upload."
    case "DELETED":
      return "The photo was deleted."
  }
}
