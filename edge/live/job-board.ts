import type { FailureReason } from "../../domain/failure-reason.ts"
import type { JobId, PhotoId } from "../../domain/ids.ts"
import { isSettled, isTerminalJob, jobStatusOf } from "../../domain/job-status.ts"
import { isUploadPending, type PhotoStatus } from "../../domain/photo-status.ts"
import { batchProgress, photoProgress } from "../../domain/progress.ts"
import type { ProgressTick } from "../clients/user-channel.ts"
import type { LiveJob, LivePhoto } from "./schema.ts"

export type BoardPhoto = {
  photoId: PhotoId
  status: PhotoStatus
  bytes: number
  /** Never decreases. Once the object is stored, it is the size of the photo, even if the photo fails later. */
  bytesSent: number
  failureReason: FailureReason | null
  /** Sequence of the last applied event; 0 if no event was applied since the read from the database. */
  sequence: number
}

/** The state of a job on the live channel. Every number in a message is computed from its photos. */
export type JobBoard = { jobId: JobId; photos: Map<PhotoId, BoardPhoto> }

export type PhotoEvent = Pick<
  BoardPhoto,
  "photoId" | "status" | "bytesSent" | "failureReason" | "sequence"
> & {
  /** A finished photo is processed or uploaded again: the only transitions to an earlier status. */
  isReopening: boolean
}

/** Creates a board from the photos in the database. */
export const newBoard = (jobId: JobId, photos: readonly Omit<BoardPhoto, "sequence">[]): JobBoard => ({
  jobId,
  photos: new Map(photos.map((photo) => [photo.photoId, { ...photo, sequence: 0 }])),
})

/** Applies an event and returns the changed photo. Null for an old event: events can arrive repeatedly and late. */
export const applyEvent = (board: JobBoard, { isReopening, ...event }: PhotoEvent): BoardPhoto | null => {
  const known = board.photos.get(event.photoId)
  if (!known || event.sequence <= known.sequence) return null
  // A photo that was read from the database may be newer than events that are still being delivered.
  const isStale = known.sequence === 0 && !isReopening && rank[event.status] < rank[known.status]
  if (isStale) return known
  const hasObject = event.status === "PROCESSING" || event.status === "COMPLETED"
  const reported = hasObject ? known.bytes : event.bytesSent
  const next = { ...known, ...event, bytesSent: Math.max(known.bytesSent, reported) }
  board.photos.set(event.photoId, next)
  return next
}

/** Applies a client's progress report and returns the changed photo; null when nothing changed. */
export const applyProgress = (board: JobBoard, { photoId, bytesSent }: ProgressTick): BoardPhoto | null => {
  const photo = board.photos.get(photoId)
  if (!photo || !isUploadPending(photo.status)) return null
  const sent = Math.min(bytesSent, photo.bytes)
  if (photo.status === "UPLOADING" && sent <= photo.bytesSent) return null
  const next: BoardPhoto = { ...photo, status: "UPLOADING", bytesSent: Math.max(sent, photo.bytesSent) }
  board.photos.set(photoId, next)
  return next
}

export const livePhotoOf = (photo: BoardPhoto): LivePhoto => ({
  photoId: photo.photoId,
  status: photo.status,
  progress: photoProgress(photo.status, photo.bytesSent, photo.bytes),
  failureReason: photo.failureReason,
})

export const liveJobOf = ({ jobId, photos }: JobBoard): LiveJob => {
  const all = [...photos.values()]
  const count = (status: PhotoStatus) => all.filter((photo) => photo.status === status).length
  const counts = {
    total: all.length,
    completed: count("COMPLETED"),
    failed: count("FAILED"),
    cancelled: count("CANCELLED"),
    duplicate: count("DUPLICATE"),
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
    duplicateCount: counts.duplicate,
    bytesTotal: all.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesSent: all.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
  }
}

const rank: Record<PhotoStatus, number> = {
  QUEUED: 0,
  UPLOADING: 1,
  PROCESSING: 2,
  COMPLETED: 3,
  FAILED: 3,
  CANCELLED: 3,
  DUPLICATE: 3,
}
