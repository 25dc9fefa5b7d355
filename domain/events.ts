/** Past facts about jobs and photos; each is written in the statement that makes it true. */
export const eventTypes = [
  "UploadJobCreated",
  "PhotoQueued",
  "PhotoUploadStarted",
  "PhotoUploadCompleted",
  "PhotoProcessingCompleted",
  "PhotoFailed",
  "PhotoCancelled",
  "UploadJobCompleted",
] as const

export type EventType = (typeof eventTypes)[number]
