import type { PhotoId } from "../../domain/ids.ts"
import type { ProgressTick } from "../clients/user-channel.ts"
import { applyProgress, type JobBoard, liveJobOf } from "./job-board.ts"
import type { OutgoingMessage } from "./live-frames.ts"
import { photoMessage } from "./live-messages.ts"

/** Interval of progress publications. Each contains a photo at most once. */
const publishEveryMs = 250

/** Applies progress reports to the boards in memory and publishes the changes in batches. */
export const newProgressPublisher = (
  boards: () => Iterable<JobBoard>,
  publish: (messages: OutgoingMessage[]) => void,
) => {
  const changed = new Map<PhotoId, JobBoard>()
  let isScheduled = false

  const publishChanged = (): void => {
    isScheduled = false
    // All photos of a board share its totals, so they are computed once per board.
    const jobs = new Map(Array.from(new Set(changed.values()), (board) => [board, liveJobOf(board)]))
    const messages = Array.from(changed, ([photoId, board]): OutgoingMessage[] => {
      const photo = board.photos.get(photoId)
      return photo
        ? [{ id: null, jobId: board.jobId, message: photoMessage(board, photo, jobs.get(board)) }]
        : []
    })
    changed.clear()
    publish(messages.flat())
  }

  return {
    add: (tick: ProgressTick): void => {
      for (const board of boards()) if (applyProgress(board, tick)) changed.set(tick.photoId, board)
      if (changed.size === 0 || isScheduled) return
      isScheduled = true
      setTimeout(publishChanged, publishEveryMs)
    },
  }
}
