import type { PhotoId } from "../../domain/ids.ts"
import type { ProgressTick } from "../clients/user-channel.ts"

/** Photos whose progress waits for the next write. Above it a client loses progress reports, never an upload. */
const maxPhotos = 5000

/** Upload progress of a user that is not in the database yet: the highest number of bytes of each photo. */
export type ProgressBuffer = {
  add: (tick: ProgressTick) => void
  isEmpty: () => boolean
  /** The bytes reported for a photo that are not in the database yet; also while they are being written. */
  bytesSentOf: (photoId: PhotoId) => number
  /** Passes all that waits to `write`. What could not be written waits for the next flush, and the error is thrown. */
  flush: (write: (ticks: ProgressTick[]) => Promise<unknown>) => Promise<void>
  clear: () => void
}

export const newProgressBuffer = (capacity = maxPhotos): ProgressBuffer => {
  const waiting = new Map<PhotoId, number>()
  let writing: ReadonlyMap<PhotoId, number> = new Map()

  const add = ({ photoId, bytesSent }: ProgressTick): void => {
    const known = waiting.get(photoId)
    if (known === undefined && waiting.size >= capacity) return
    waiting.set(photoId, Math.max(known ?? 0, bytesSent))
  }

  return {
    add,
    isEmpty: () => waiting.size === 0,
    bytesSentOf: (photoId) => Math.max(waiting.get(photoId) ?? 0, writing.get(photoId) ?? 0),
    clear: () => waiting.clear(),
    flush: async (write) => {
      writing = new Map(waiting)
      waiting.clear()
      const ticks = Array.from(writing, ([photoId, bytesSent]) => ({ photoId, bytesSent }))
      try {
        await write(ticks)
      } catch (error) {
        for (const tick of ticks) add(tick)
        throw error
      } finally {
        writing = new Map()
      }
    },
  }
}
