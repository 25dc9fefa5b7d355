import { isTerminalPhoto, type PhotoStatus } from "./photo-status.ts"

// Uploading takes most of the time. The rest is processing: 100 % means processed, not only uploaded.
const uploadShare = 80
const processingShare = 90

/** Progress of a photo in whole percent: 100 if and only if its status is terminal. Only a recovery decreases it. */
export const photoProgress = (status: PhotoStatus, bytesSent: number, bytes: number): number => {
  if (isTerminalPhoto(status)) return 100
  if (status === "PROCESSING") return processingShare
  return Math.floor((uploadShare * Math.min(bytesSent, bytes)) / Math.max(bytes, 1))
}

/** Progress of a batch in whole percent, weighted by bytes: 100 if and only if every photo is in a final status. */
export const batchProgress = (photos: readonly { progress: number; bytes: number }[]): number => {
  const bytes = photos.reduce((sum, photo) => sum + photo.bytes, 0)
  const done = photos.reduce((sum, photo) => sum + photo.progress * photo.bytes, 0)
  return bytes === 0 ? 100 : Math.floor(done / bytes)
}
