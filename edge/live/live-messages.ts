import type { EventType } from "../../domain/events.ts"
import type { RelayedEvent } from "../clients/relayed-event.ts"
import { applyEvent, type BoardPhoto, type JobBoard, liveJobOf, livePhotoOf } from "./job-board.ts"
import type { LiveJob, LiveMessage } from "./schema.ts"

type OfJob<Type extends LiveMessage["type"]> = Extract<LiveMessage, { type: Type }>

/** The whole job: the first message on its channel. */
export const snapshotMessage = (board: JobBoard): OfJob<"snapshot"> => ({
  type: "snapshot",
  jobId: board.jobId,
  job: liveJobOf(board),
  photos: Array.from(board.photos.values(), livePhotoOf),
})

/** A photo that changed. Pass `job` to compute the totals once for several photos of one board. */
export const photoMessage = (
  board: JobBoard,
  photo: BoardPhoto,
  job: LiveJob = liveJobOf(board),
): OfJob<"photo"> => ({ type: "photo", jobId: board.jobId, job, ...livePhotoOf(photo) })

const reopenings: ReadonlySet<EventType> = new Set(["PhotoReprocessing", "PhotoRequeued"])

/** Applies an event to its job's board and returns the message to publish; null if the event changes nothing. */
export const applyToBoard = (board: JobBoard, event: RelayedEvent): OfJob<"photo" | "job"> | null => {
  const { photo, sequence, type } = event
  if (!photo) return { type: "job", jobId: board.jobId, job: liveJobOf(board) }
  if (type === "PhotoDeleted") return null
  const changed = applyEvent(board, { ...photo, sequence, isReopening: reopenings.has(type) })
  return changed && photoMessage(board, changed)
}
