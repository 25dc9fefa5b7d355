import type { LiveMessage } from "./schema.ts"

/** A message to subscribers. One without an id is not stored and cannot be missed. */
export type OutgoingMessage = { id: number | null; jobId: string | null; message: LiveMessage }

/** Channels that one user may have open at once. */
export const maxSubscribers = 20

/** Bytes that are buffered for an SSE client that does not read. */
const maxBufferedBytes = 256 * 1024

/** What an EventSource waits before it reconnects. */
const retryMs = 2_000

const heartbeatMs = 15_000

/** A channel lives no longer than an access token: a client that reconnects is authenticated again. */
const maxAgeMs = 15 * 60_000

type SseClient = {
  jobId: string | null
  openedAt: number
  controller: ReadableStreamDefaultController<Uint8Array>
}

type Attachment = { jobId: string | null; openedAt: number }

/** The open channels of a user: SSE streams held in memory, and WebSockets that outlive a hibernation. */
export const openSubscribers = (state: DurableObjectState) => {
  const streams = new Set<SseClient>()
  let heartbeat: ReturnType<typeof setInterval> | undefined

  const remove = (client: SseClient) => {
    streams.delete(client)
    if (streams.size === 0 && heartbeat !== undefined) {
      clearInterval(heartbeat)
      heartbeat = undefined
    }
  }

  const write = (client: SseClient, text: string): void => {
    try {
      const last = isOld(client.openedAt)
        ? tooOld
        : (client.controller.desiredSize ?? 0) <= 0
          ? tooSlow
          : null
      if (last) {
        client.controller.enqueue(encode(frame({ id: null, jobId: null, message: last })))
        client.controller.close()
        remove(client)
      } else client.controller.enqueue(encode(text))
    } catch {
      // The client has disconnected.
      remove(client)
    }
  }

  return {
    count: (): number => streams.size + state.getWebSockets().length,

    /** Opens an SSE stream that begins with `first`. */
    stream: (jobId: string | null, first: readonly OutgoingMessage[]): Response => {
      let client: SseClient | undefined
      const body = new ReadableStream<Uint8Array>(
        {
          start: (controller) => {
            client = { jobId, openedAt: Date.now(), controller }
            streams.add(client)
            controller.enqueue(encode(`retry: ${retryMs}\n\n${first.map(frame).join("")}`))
            heartbeat ??= setInterval(() => {
              for (const each of streams) write(each, ": heartbeat\n\n")
            }, heartbeatMs)
          },
          cancel: () => client && remove(client),
        },
        new ByteLengthQueuingStrategy({ highWaterMark: maxBufferedBytes }),
      )
      return new Response(body, {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" },
      })
    },

    /** Accepts a WebSocket that can hibernate: the object need not stay in memory for it. */
    accept: (jobId: string | null, first: readonly OutgoingMessage[]): Response => {
      const { 0: clientEnd, 1: ourEnd } = new WebSocketPair()
      ourEnd.serializeAttachment({ jobId, openedAt: Date.now() } satisfies Attachment)
      state.acceptWebSocket(ourEnd)
      if (first.length > 0) ourEnd.send(linesOf(first))
      return new Response(null, { status: 101, webSocket: clientEnd })
    },

    /** Sends each subscriber the messages it follows: one write for a burst, not one for each message. */
    broadcast: (outgoing: readonly OutgoingMessage[]): void => {
      for (const client of streams) {
        const own = outgoing.filter(({ jobId }) => isFollowed(client.jobId, jobId))
        if (own.length > 0) write(client, own.map(frame).join(""))
      }
      for (const socket of state.getWebSockets()) {
        const { jobId: followed, openedAt } = attachmentOf(socket)
        if (isOld(openedAt)) {
          send(socket, linesOf([{ id: null, jobId: null, message: tooOld }]))
          socket.close(1000, "reconnect")
          continue
        }
        const own = outgoing.filter(({ jobId }) => isFollowed(followed, jobId))
        if (own.length > 0) send(socket, linesOf(own))
      }
    },
  }
}

const isOld = (openedAt: number): boolean => Date.now() - openedAt > maxAgeMs

const tooOld: LiveMessage = {
  type: "closed",
  reason: "The channel has reached its maximum age. Reconnect with the last id.",
}

const tooSlow: LiveMessage = {
  type: "closed",
  reason: "The client reads too slowly. Reconnect with the last id.",
}

// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
const frame = ({ id, message }: OutgoingMessage): string =>
  `${id === null ? "" : `id: ${id}\n`}event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`

/** A text frame has one message a line, each with its id among its members. */
const linesOf = (messages: readonly OutgoingMessage[]): string =>
  messages
    .map(({ id, message }) => JSON.stringify(id === null ? message : { id: String(id), ...message }))
    .join("\n")

/** Whether a subscriber of the job `followed`, or of all jobs, gets a message about `jobId`, or about all jobs. */
const isFollowed = (followed: string | null, jobId: string | null): boolean =>
  followed === null || jobId === null || followed === jobId

const attachmentOf = (socket: WebSocket): Attachment =>
  (socket.deserializeAttachment() as Attachment | null) ?? { jobId: null, openedAt: 0 }

const send = (socket: WebSocket, text: string): void => {
  try {
    socket.send(text)
  } catch {
    // It is closing: the runtime removes it.
  }
}

const encoder = new TextEncoder()
const encode = (text: string): Uint8Array => encoder.encode(text)
