import { isTerminalPhoto, type PhotoStatus } from "./photo-status.ts"

// Uploading takes longest; the rest is the processor's: 100 % means done, not merely sent.
const uploadShare = 80
const processingShare = 90

/** How far a photo is, in whole percent: 100 exactly when it has ended. Never falls while a photo moves on. */
export const photoProgress = (status: PhotoStatus, bytesSent: number, bytes: number): number => {
  if (isTerminalPhoto(status)) return 100
  if (status === "PROCESSING") return processingShare
  return Math.floor((uploadShare * Math.min(bytesSent, bytes)) / Math.max(bytes, 1))
}

/** How far a batch is, in whole percent, each photo weighing as much as its bytes: 100 exactly when all have ended. */
export const batchProgress = (photos: readonly { progress: number; bytes: number }[]): number => {
  const bytes = photos.reduce((sum, photo) => sum + photo.bytes, 0)
  const done = photos.reduce((sum, photo) => sum + photo.progress * photo.bytes, 0)
  return bytes === 0 ? 100 : Math.floor(done / bytes)
}
