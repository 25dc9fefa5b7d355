import type { StoredEntry } from "./schema.ts"

/** What happened, in words for the person whose photo it is. */
export const timelineMessage = ({ kind, data }: StoredEntry): string => {
  switch (kind) {
    case "QUEUED":
      return "The photo was announced and waits for its bytes."
    case "UPLOADING":
      return "The upload began."
    case "PROCESSING":
      return "The bytes arrived in the cloud."
    case "ATTEMPT_STARTED":
      return data.attempt === 1
        ? "The photo is being checked and its thumbnails are made."
        : `The photo is being checked again (attempt ${data.attempt}).`
    case "ATTEMPT_FAILED":
      return `Attempt ${data.attempt} broke off for a reason that is not the photo's. It will be tried again.`
    case "COMPLETED":
      return "The photo is safe: checked, with its metadata and thumbnails."
    case "FAILED":
      return `The photo could not be taken. ${data.detail ?? data.reason ?? ""}`.trim()
    case "CANCELLED":
      return "The upload was cancelled."
    case "DELETED":
      return "The photo was deleted."
    default:
      return `Something else happened: ${kind}.`
  }
}
