import {
  closedMessage,
  followedMessages,
  maxAgeMs,
  type OutgoingMessage,
  webSocketFrame,
} from "./live-frames.ts"

/** A WebSocket that sent no ping for this long may be half-open: the client left without closing the connection. */
const inactiveAfterMs = 60_000

// workerd has no `bufferedAmount`, so the characters sent since the last ping are the limit of a client's unread data.
// See docs/decisions/0024-live-channel-limits.md.
const maxUnconfirmedBytes = 1024 * 1024

/** Above this limit only stored messages are sent, because a client can miss progress. */
const maxUnconfirmedProgressBytes = 256 * 1024

/** RFC 6455 §7.4.1 and the IANA registry: "Try Again Later". */
const tryAgainLater = 1013

type Attachment = {
  jobId: string | null
  openedAt: number
  /** Characters sent since `confirmedAt`, the time of the last ping. */
  unconfirmed: number
  confirmedAt: number
}

/** The WebSockets of a user. They hibernate, so the object need not stay in memory for them. */
export const openWebSockets = (state: DurableObjectState, now: () => number = Date.now) => {
  // The runtime replies to the ping without waking the object and records its time.
  state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", '{"type":"pong"}'))

  const lastPingAt = (socket: WebSocket): number =>
    state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0

  const lastSeenAt = (socket: WebSocket): number =>
    Math.max(lastPingAt(socket), attachmentOf(socket).openedAt)

  // A socket that the server closed remains in the list until the client confirms it, which a half-open one never does.
  const openSockets = (): WebSocket[] =>
    state.getWebSockets().filter(({ readyState }) => readyState === WebSocket.READY_STATE_OPEN)

  const deliver = (socket: WebSocket, messages: readonly OutgoingMessage[]): void => {
    const attachment = attachmentOf(socket)
    if (now() - attachment.openedAt > maxAgeMs) {
      close(socket, 1000, "The channel has reached its maximum age.")
      return
    }
    const confirmedAt = lastPingAt(socket)
    const unconfirmed = confirmedAt > attachment.confirmedAt ? 0 : attachment.unconfirmed
    const followed = followedMessages(messages, attachment.jobId).filter(
      ({ id }) => id !== null || unconfirmed < maxUnconfirmedProgressBytes,
    )
    if (followed.length === 0) return
    if (unconfirmed >= maxUnconfirmedBytes) {
      close(socket, tryAgainLater, "The client reads too slowly, or sends no ping.")
      return
    }
    const text = webSocketFrame(followed)
    send(socket, text)
    attach(socket, { ...attachment, confirmedAt, unconfirmed: unconfirmed + text.length })
  }

  return {
    count: (): number => openSockets().length,

    /** Accepts a WebSocket that begins with `first`. */
    open: (jobId: string | null, first: readonly OutgoingMessage[]): Response => {
      const { 0: clientSocket, 1: serverSocket } = new WebSocketPair()
      attach(serverSocket, { jobId, openedAt: now(), unconfirmed: 0, confirmedAt: 0 })
      state.acceptWebSocket(serverSocket)
      if (first.length > 0) serverSocket.send(webSocketFrame(first))
      return new Response(null, { status: 101, webSocket: clientSocket })
    },

    broadcast: (messages: readonly OutgoingMessage[]): void => {
      for (const socket of openSockets()) deliver(socket, messages)
    },

    /** Closes the WebSocket without a ping for the longest time, if it may be half-open. */
    evictInactive: (): void => {
      const [leastActive] = openSockets().sort((a, b) => lastSeenAt(a) - lastSeenAt(b))
      if (leastActive && now() - lastSeenAt(leastActive) > inactiveAfterMs)
        close(leastActive, tryAgainLater, "Too many channels are open, and this one sent no ping.")
    },
  }
}

const attachmentOf = (socket: WebSocket): Attachment =>
  (socket.deserializeAttachment() as Attachment | null) ?? {
    jobId: null,
    openedAt: 0,
    unconfirmed: 0,
    confirmedAt: 0,
  }

const attach = (socket: WebSocket, attachment: Attachment): void => socket.serializeAttachment(attachment)

const close = (socket: WebSocket, code: number, reason: string): void => {
  send(socket, webSocketFrame([closedMessage(reason)]))
  socket.close(code, reason)
}

const send = (socket: WebSocket, text: string): void => {
  try {
    socket.send(text)
  } catch {
    // The socket is already closing; the runtime removes it.
  }
}
