import type { operations } from "../api/openapi.ts"

/** A message of a live channel. */
export type LiveMessage = operations["watchEvents"]["responses"][200]["content"]["text/event-stream"]

/** A message with the id to resume from; progress messages have none. */
export type ReceivedMessage = { id: string | null; message: LiveMessage }

export type ChannelListener = {
  onOpen: () => void
  onMessage: (received: ReceivedMessage) => void
}

/**
 * Opens a channel and resolves when it closes. Rejects if it could not be opened.
 * @param lastId the id of the last received message, to resume after it
 */
export type Channel = (lastId: string | null, listener: ChannelListener, signal: AbortSignal) => Promise<void>

/** Parses a message of the server. Null for what this version does not know. */
export const parseLiveMessage = (text: string): LiveMessage | null => {
  try {
    const message: unknown = JSON.parse(text)
    const isKnown = typeof message === "object" && message !== null && "type" in message
    return isKnown ? (message as LiveMessage) : null
  } catch {
    return null
  }
}
