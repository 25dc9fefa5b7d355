import type { PhotoId } from "../../domain/ids.ts"
import type { ProgressTick } from "../clients/user-channel.ts"

/** Maximum number of photos with unwritten progress. Above it reports are dropped; uploads are not affected. */
const maxPhotos = 5000

/** Upload progress of a user that is not written to the database yet: the highest number of bytes per photo. */
export type ProgressBuffer = {
  add: (tick: ProgressTick) => void
  isEmpty: () => boolean
  /** The reports that are not written yet, including those being written. */
  unwritten: () => ProgressTick[]
  /** Passes all buffered progress to `write`. If that fails, keeps it for the next flush and rethrows the error. */
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
    unwritten: () => [...ticksOf(writing), ...ticksOf(waiting)],
    clear: () => waiting.clear(),
    flush: async (write) => {
      writing = new Map(waiting)
      waiting.clear()
      const ticks = ticksOf(writing)
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

const ticksOf = (bytesSentByPhoto: ReadonlyMap<PhotoId, number>): ProgressTick[] =>
  Array.from(bytesSentByPhoto, ([photoId, bytesSent]) => ({ photoId, bytesSent }))
