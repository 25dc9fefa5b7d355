import type { OutgoingMessage } from "./live-frames.ts"
import { newSseStreams } from "./sse-streams.ts"
import { openWebSockets } from "./web-sockets.ts"

/** Maximum number of open channels per user. */
const maxSubscribers = 20

/** The open channels of a user. */
export const openSubscribers = (state: DurableObjectState, now: () => number = Date.now) => {
  const streams = newSseStreams(now)
  const sockets = openWebSockets(state, now)
  const isFull = () => streams.count() + sockets.count() >= maxSubscribers

  return {
    /** Whether another channel can be opened. At the limit, a channel that may be half-open is closed first. */
    hasRoom: (): boolean => {
      if (isFull()) sockets.evictInactive()
      return !isFull()
    },

    /** Opens an SSE stream that begins with `first`. */
    openStream: streams.open,

    /** Accepts a WebSocket that begins with `first`. */
    openWebSocket: sockets.open,

    /** Sends each subscriber the messages it follows: one write for all messages instead of one per message. */
    broadcast: (messages: readonly OutgoingMessage[]): void => {
      streams.broadcast(messages)
      sockets.broadcast(messages)
    },
  }
}
