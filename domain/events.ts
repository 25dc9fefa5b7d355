import type { PhotoStatus } from "./photo-status.ts"

/** Event types of jobs and photos. Each event is written in the statement that makes the change. */
export const eventTypes = [
  "UploadJobCreated",
  "PhotoQueued",
  "PhotoUploadStarted",
  "PhotoUploadCompleted",
  "PhotoProcessingCompleted",
  "PhotoFailed",
  "PhotoCancelled",
  "PhotoDuplicateFound",
  "PhotoRequeued",
  "PhotoDeleted",
  "PhotoReprocessing",
  "UploadJobReopened",
  "UploadJobCompleted",
] as const

export type EventType = (typeof eventTypes)[number]

/** The event of a photo that enters a status. */
export const eventOfEntering = {
  QUEUED: "PhotoQueued",
  UPLOADING: "PhotoUploadStarted",
  PROCESSING: "PhotoUploadCompleted",
  COMPLETED: "PhotoProcessingCompleted",
  FAILED: "PhotoFailed",
  CANCELLED: "PhotoCancelled",
  DUPLICATE: "PhotoDuplicateFound",
} as const satisfies Record<PhotoStatus, EventType>
