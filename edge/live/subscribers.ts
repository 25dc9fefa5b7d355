import type { LiveMessage } from "./schema.ts"

/** A message on its way to clients; without an id it need not be caught up with. */
export type OutgoingMessage = { id: number | null; jobId: string | null; message: LiveMessage }

/** Channels that one user may have open at once. */
export const maxSubscribers = 20

/** Bytes that wait for a client that does not read. */
const maxBufferedBytes = 256 * 1024

/** What a client waits before it comes back. */
const retryMs = 2_000

const heartbeatMs = 15_000

/** A channel lives no longer than an access token: who comes back is asked again who they are. */
const maxAgeMs = 15 * 60_000

type SseClient = {
  jobId: string | null
  openedAt: number
  controller: ReadableStreamDefaultController<Uint8Array>
}

type Attachment = { jobId: string | null; openedAt: number }

/** Everyone who listens to a user: SSE streams held in memory, and WebSockets that outlive a hibernation. */
export const openSubscribers = (state: DurableObjectState) => {
  const streams = new Set<SseClient>()
  let heartbeat: ReturnType<typeof setInterval> | undefined

  const leave = (client: SseClient) => {
    streams.delete(client)
    if (streams.size === 0 && heartbeat !== undefined) {
      clearInterval(heartbeat)
      heartbeat = undefined
    }
  }

  const write = (client: SseClient, text: string): void => {
    try {
      const last = isOld(client.openedAt) ? old : (client.controller.desiredSize ?? 0) <= 0 ? slow : null
      if (last) {
        client.controller.enqueue(encode(frame({ id: null, jobId: null, message: last })))
        client.controller.close()
        leave(client)
      } else client.controller.enqueue(encode(text))
    } catch {
      // The client has left.
      leave(client)
    }
  }

  return {
    count: (): number => streams.size + state.getWebSockets().length,

    /** Opens a stream that begins with what was missed. */
    stream: (jobId: string | null, first: readonly OutgoingMessage[]): Response => {
      let client: SseClient | undefined
      const body = new ReadableStream<Uint8Array>(
        {
          start: (controller) => {
            client = { jobId, openedAt: Date.now(), controller }
            streams.add(client)
            controller.enqueue(encode(`retry: ${retryMs}\n\n${first.map(frame).join("")}`))
            heartbeat ??= setInterval(() => {
              for (const each of streams) write(each, ": still here\n\n")
            }, heartbeatMs)
          },
          cancel: () => client && leave(client),
        },
        new ByteLengthQueuingStrategy({ highWaterMark: maxBufferedBytes }),
      )
      return new Response(body, {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" },
      })
    },

    /** Accepts a WebSocket that may sleep: the object need not stay in memory for it. */
    accept: (jobId: string | null, first: readonly OutgoingMessage[]): Response => {
      const { 0: theirs, 1: ours } = new WebSocketPair()
      ours.serializeAttachment({ jobId, openedAt: Date.now() } satisfies Attachment)
      state.acceptWebSocket(ours)
      if (first.length > 0) ours.send(linesOf(first))
      return new Response(null, { status: 101, webSocket: theirs })
    },

    /** Tells everyone what is for them, all at once: a burst is one write a client, not one a message. */
    tell: (outgoing: readonly OutgoingMessage[]): void => {
      for (const client of streams) {
        const own = outgoing.filter(({ jobId }) => isAbout(client.jobId, jobId))
        if (own.length > 0) write(client, own.map(frame).join(""))
      }
      for (const socket of state.getWebSockets()) {
        const { jobId: wanted, openedAt } = attachmentOf(socket)
        if (isOld(openedAt)) {
          send(socket, linesOf([{ id: null, jobId: null, message: old }]))
          socket.close(1000, "come back")
          continue
        }
        const own = outgoing.filter(({ jobId }) => isAbout(wanted, jobId))
        if (own.length > 0) send(socket, linesOf(own))
      }
    },
  }
}

const isOld = (openedAt: number): boolean => Date.now() - openedAt > maxAgeMs

const old: LiveMessage = { type: "closed", reason: "The channel is old. Come back with the last id." }

const slow: LiveMessage = { type: "closed", reason: "You read too slowly. Come back with the last id." }

// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
const frame = ({ id, message }: OutgoingMessage): string =>
  `${id === null ? "" : `id: ${id}\n`}event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`

/** A text frame has one message a line, each with its id among its members. */
const linesOf = (messages: readonly OutgoingMessage[]): string =>
  messages
    .map(({ id, message }) => JSON.stringify(id === null ? message : { id: String(id), ...message }))
    .join("\n")

/** Whether a client who follows `wanted`, or everything, is to be told of `jobId`, or everyone is. */
const isAbout = (wanted: string | null, jobId: string | null): boolean =>
  wanted === null || jobId === null || wanted === jobId

const attachmentOf = (socket: WebSocket): Attachment =>
  (socket.deserializeAttachment() as Attachment | null) ?? { jobId: null, openedAt: 0 }

const send = (socket: WebSocket, text: string): void => {
  try {
    socket.send(text)
  } catch {
    // It is closing: the runtime forgets it.
  }
}

const encoder = new TextEncoder()
const encode = (text: string): Uint8Array => encoder.encode(text)
