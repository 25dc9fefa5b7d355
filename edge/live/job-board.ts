import type { FailureReason } from "../../domain/failure-reason.ts"
import type { JobId, PhotoId } from "../../domain/ids.ts"
import { isSettled, isTerminalJob, jobStatusOf } from "../../domain/job-status.ts"
import { type PhotoStatus, waitsForBytes } from "../../domain/photo-status.ts"
import { batchProgress, photoProgress } from "../../domain/progress.ts"
import type { LiveJob, LivePhoto } from "./schema.ts"

export type BoardPhoto = {
  photoId: PhotoId
  status: PhotoStatus
  bytes: number
  bytesSent: number
  failureReason: FailureReason | null
  /** Of the newest event about it that was heeded. */
  sequence: number
}

/** A job as the live channel knows it: every number in a message is derived from its photos. */
export type JobBoard = { jobId: JobId; photos: Map<PhotoId, BoardPhoto> }

export type PhotoNews = Pick<
  BoardPhoto,
  "photoId" | "status" | "bytesSent" | "failureReason" | "sequence"
> & {
  /** An operator took up a photo that had failed: the one way back. */
  isReopening: boolean
}

/** An event about a photo, and the photo after it. Null when it was heeded before: events may come twice and late. */
export const applyEvent = (board: JobBoard, { isReopening, ...news }: PhotoNews): BoardPhoto | null => {
  const known = board.photos.get(news.photoId)
  if (!known || news.sequence <= known.sequence) return null
  // What was read from the database may be ahead of the events that are still on their way.
  const isBehind = known.sequence === 0 && !isReopening && rank[news.status] < rank[known.status]
  if (isBehind) return known
  const next = { ...known, ...news, bytesSent: Math.max(known.bytesSent, news.bytesSent) }
  board.photos.set(news.photoId, next)
  return next
}

/** A word of the client about how much it has sent. Null: it is no news. */
export const applyTick = (board: JobBoard, photoId: PhotoId, bytesSent: number): BoardPhoto | null => {
  const photo = board.photos.get(photoId)
  if (!photo || !waitsForBytes(photo.status)) return null
  const sent = Math.min(bytesSent, photo.bytes)
  if (photo.status === "UPLOADING" && sent <= photo.bytesSent) return null
  const next: BoardPhoto = { ...photo, status: "UPLOADING", bytesSent: Math.max(sent, photo.bytesSent) }
  board.photos.set(photoId, next)
  return next
}

/** A photo in the words of the channel. */
export const livePhotoOf = (photo: BoardPhoto): LivePhoto => ({
  photoId: photo.photoId,
  status: photo.status,
  progress: photoProgress(photo.status, sentOf(photo), photo.bytes),
  failureReason: photo.failureReason,
})

/** The whole job in the words of the channel. */
export const liveJobOf = ({ jobId, photos }: JobBoard): LiveJob => {
  const all = [...photos.values()]
  const count = (status: PhotoStatus) => all.filter((photo) => photo.status === status).length
  const counts = {
    total: all.length,
    completed: count("COMPLETED"),
    failed: count("FAILED"),
    cancelled: count("CANCELLED"),
  }
  const status = jobStatusOf(
    counts,
    all.some((photo) => photo.status !== "QUEUED"),
  )
  const progress = all.map((photo) => ({ progress: livePhotoOf(photo).progress, bytes: photo.bytes }))
  return {
    jobId,
    status,
    terminal: isTerminalJob(status),
    progress: isSettled(counts) ? 100 : batchProgress(progress),
    totalCount: counts.total,
    completedCount: counts.completed,
    failedCount: counts.failed,
    cancelledCount: counts.cancelled,
    bytesTotal: all.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesSent: all.reduce((sum, photo) => sum + sentOf(photo), 0),
  }
}

const sentOf = ({ status, bytes, bytesSent }: BoardPhoto): number =>
  status === "PROCESSING" || status === "COMPLETED" ? bytes : bytesSent

const rank: Record<PhotoStatus, number> = {
  QUEUED: 0,
  UPLOADING: 1,
  PROCESSING: 2,
  COMPLETED: 3,
  FAILED: 3,
  CANCELLED: 3,
}
