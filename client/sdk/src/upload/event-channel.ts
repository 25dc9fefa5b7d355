import { deferred } from "./signals.ts"
import type { UploadEvent, UploadEventType } from "./upload-types.ts"

/** Listeners and async iterators of the events of an upload. */
export type EventChannel = {
  emit: (event: UploadEvent) => void
  /** Forgets that the upload is done: its failed files were started again. */
  reopen: () => void
  on: <Type extends UploadEventType>(
    type: Type,
    listener: (event: Extract<UploadEvent, { type: Type }>) => void,
  ) => () => void
  /** Yields the events from now on; ends after `done`. If the upload is done, yields only that. */
  iterate: () => AsyncIterator<UploadEvent>
}

export const eventChannel = (): EventChannel => {
  const listeners = new Set<(event: UploadEvent) => void>()
  let done: UploadEvent | null = null
  return {
    emit: (event) => {
      if (event.type === "done") done = event
      for (const listener of [...listeners]) {
        try {
          listener(event)
        } catch (error) {
          // An error of the app must not stop the upload; it is reported as an uncaught one.
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
    reopen: () => {
      done = null
    },
    on: (type, listener) => {
      const filtered = (event: UploadEvent) => {
        if (event.type === type) listener(event as Extract<UploadEvent, { type: typeof type }>)
      }
      listeners.add(filtered)
      return () => listeners.delete(filtered)
    },
    iterate: () => iteratorOf(listeners, done),
  }
}

const iteratorOf = (
  listeners: Set<(event: UploadEvent) => void>,
  done: UploadEvent | null,
): AsyncIterator<UploadEvent> => {
  const queue: UploadEvent[] = []
  let arrived = deferred<void>()
  let isEnded = false
  const receive = (event: UploadEvent) => {
    // A slow reader needs only the latest sums.
    if (event.type === "progress" && queue.at(-1)?.type === "progress") queue.pop()
    queue.push(event)
    arrived.resolve()
  }
  const end = (): IteratorResult<UploadEvent> => {
    listeners.delete(receive)
    isEnded = true
    arrived.resolve()
    return { done: true, value: undefined }
  }
  if (done) queue.push(done)
  else listeners.add(receive)
  return {
    next: async () => {
      while (queue.length === 0 && !isEnded) {
        arrived = deferred()
        await arrived.promise
      }
      const value = queue.shift()
      if (!value) return end()
      if (value.type === "done") end()
      return { done: false, value }
    },
    return: async () => {
      queue.length = 0
      return end()
    },
  }
}
