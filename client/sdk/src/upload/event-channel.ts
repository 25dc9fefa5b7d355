import { deferred } from "./signals.ts"
import type { UploadEvent, UploadEventType } from "./upload-types.ts"

/** Listeners and async iterators of the events of an upload. */
export type EventChannel = {
  emit: (event: UploadEvent) => void
  on: <Type extends UploadEventType>(
    type: Type,
    listener: (event: Extract<UploadEvent, { type: Type }>) => void,
  ) => () => void
  /** Yields the events from now on; ends after `done`. */
  iterate: () => AsyncIterator<UploadEvent>
}

export const eventChannel = (): EventChannel => {
  const listeners = new Set<(event: UploadEvent) => void>()
  return {
    emit: (event) => {
      for (const listener of [...listeners]) listener(event)
    },
    on: (type, listener) => {
      const filtered = (event: UploadEvent) => {
        if (event.type === type) listener(event as Extract<UploadEvent, { type: typeof type }>)
      }
      listeners.add(filtered)
      return () => listeners.delete(filtered)
    },
    iterate: () => iteratorOf(listeners),
  }
}

const iteratorOf = (listeners: Set<(event: UploadEvent) => void>): AsyncIterator<UploadEvent> => {
  const queue: UploadEvent[] = []
  let arrived = deferred<void>()
  let isEnded = false
  const receive = (event: UploadEvent) => {
    // A slow reader needs only the latest sums.
    const last = queue.at(-1)
    if (event.type === "progress" && last?.type === "progress") queue[queue.length - 1] = event
    else queue.push(event)
    arrived.resolve()
  }
  listeners.add(receive)
  const end = (): IteratorResult<UploadEvent> => {
    listeners.delete(receive)
    isEnded = true
    return { done: true, value: undefined }
  }
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
    return: async () => end(),
  }
}
