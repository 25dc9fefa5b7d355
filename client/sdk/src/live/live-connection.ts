import { pause } from "../upload/signals.ts"
import type { Channel, LiveMessage } from "./live-message.ts"

const firstDelayMs = 500
const maxDelayMs = 30_000

/** A channel that was open for a shorter time failed, in ms: servers that close at once are not called in a loop. */
const minOpenMs = 5000

/** A channel that failed this often in a row is replaced by the next one. */
const failuresPerChannel = 2

export type LiveConnection = {
  readonly isConnected: boolean
  stop: () => void
}

export type LiveListener = {
  /** The channel is open. Messages since the last connection follow, or a `reset`. */
  onOpen: (isResumed: boolean) => void
  /** The channel was closed. */
  onClose: () => void
  onMessage: (message: LiveMessage) => void
}

/**
 * Keeps one channel open: it reconnects with the last id when the server closes it, for example for a deploy, and
 * moves to the next channel if one cannot be opened. After the last channel it starts again with the first.
 */
export const keepConnected = (
  channels: readonly Channel[],
  listener: LiveListener,
  now: () => number = Date.now,
): LiveConnection => {
  const stopped = new AbortController()
  let isConnected = false
  let lastId: string | null = null

  const run = async () => {
    let failures = 0
    while (!stopped.signal.aborted && channels.length > 0) {
      let openedAt: number | null = null
      const channel = channels[Math.floor(failures / failuresPerChannel) % channels.length]
      try {
        await channel?.(
          lastId,
          {
            onOpen: () => {
              openedAt = now()
              isConnected = true
              listener.onOpen(lastId !== null)
            },
            onMessage: ({ id, message }) => {
              if (id !== null) lastId = id
              listener.onMessage(message)
            },
          },
          stopped.signal,
        )
      } catch {
        // The next attempt follows in any case.
      }
      failures = openedAt !== null && now() - openedAt >= minOpenMs ? 0 : failures + 1
      if (isConnected && !stopped.signal.aborted) listener.onClose()
      isConnected = false
      const delayMs = Math.min(maxDelayMs, firstDelayMs * 2 ** failures)
      await pause(Math.random() * delayMs, stopped.signal).catch(() => {})
    }
  }
  void run()
  return {
    get isConnected() {
      return isConnected
    },
    stop: () => stopped.abort(),
  }
}
