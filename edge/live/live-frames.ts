import type { LiveMessage } from "./schema.ts"

/** Maximum age of a channel: that of an access token. A client that reconnects is authenticated again. */
export const maxAgeMs = 15 * 60_000

/** A message to subscribers. One without an id is not stored: a client that misses it receives a later one instead. */
export type OutgoingMessage = { id: number | null; jobId: string | null; message: LiveMessage }

/** Messages as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export const sseFrames = (messages: readonly OutgoingMessage[]): string =>
  messages
    .map(
      ({ id, message }) =>
        `${id === null ? "" : `id: ${id}\n`}event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`,
    )
    .join("")

/** Messages as one text frame of a WebSocket: one message per line, with its id as a member. */
export const webSocketFrame = (messages: readonly OutgoingMessage[]): string =>
  messages
    .map(({ id, message }) => JSON.stringify(id === null ? message : { id: String(id), ...message }))
    .join("\n")

/** Returns the messages for a subscriber of the job `followed`, or of all jobs. Messages without a job go to all. */
export const followedMessages = (
  messages: readonly OutgoingMessage[],
  followed: string | null,
): readonly OutgoingMessage[] =>
  messages.filter(({ jobId }) => followed === null || jobId === null || followed === jobId)

/** The last message of a channel. */
export const closedMessage = (reason: string): OutgoingMessage => ({
  id: null,
  jobId: null,
  message: { type: "closed", reason: `${reason} Reconnect with the last id.` },
})
