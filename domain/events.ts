import type { PhotoStatus } from "./photo-status.ts"

/** Past facts about jobs and photos; each is written in the statement that makes it true. */
export const eventTypes = [
  "UploadJobCreated",
  "PhotoQueued",
  "PhotoUploadStarted",
  "PhotoUploadCompleted",
  "PhotoProcessingCompleted",
  "PhotoFailed",
  "PhotoCancelled",
  "PhotoDeleted",
  "PhotoReprocessing",
  "UploadJobReopened",
  "UploadJobCompleted",
] as const

export type EventType = (typeof eventTypes)[number]

/** The fact that becomes true when a photo enters a status. */
export const eventOfEntering = {
  QUEUED: "PhotoQueued",
  UPLOADING: "PhotoUploadStarted",
  PROCESSING: "PhotoUploadCompleted",
  COMPLETED: "PhotoProcessingCompleted",
  FAILED: "PhotoFailed",
  CANCELLED: "PhotoCancelled",
} as const satisfies Record<PhotoStatus, EventType>
