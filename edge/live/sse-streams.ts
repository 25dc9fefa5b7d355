import { closedMessage, followedMessages, maxAgeMs, type OutgoingMessage, sseFrames } from "./live-frames.ts"

/** Maximum number of bytes buffered for a client that does not read. */
const maxBufferedBytes = 256 * 1024

/** Delay before an EventSource reconnects. */
const retryMs = 2_000

const heartbeatMs = 15_000

type SseClient = {
  jobId: string | null
  openedAt: number
  controller: ReadableStreamDefaultController<Uint8Array>
}

/** The SSE streams of a user, in memory. A stream that is not read or has reached its maximum age is closed with a reason. */
export const newSseStreams = (now: () => number = Date.now) => {
  const clients = new Set<SseClient>()
  let heartbeat: ReturnType<typeof setInterval> | undefined

  const remove = (client: SseClient): void => {
    clients.delete(client)
    if (clients.size > 0) return
    clearInterval(heartbeat)
    heartbeat = undefined
  }

  const write = (client: SseClient, text: string): void => {
    const reason = closingReason(client, now())
    try {
      client.controller.enqueue(encode(reason ? sseFrames([closedMessage(reason)]) : text))
      if (!reason) return
      client.controller.close()
    } catch {
      // The client has disconnected.
    }
    remove(client)
  }

  return {
    count: (): number => clients.size,

    /** Opens a stream that begins with `first`. */
    open: (jobId: string | null, first: readonly OutgoingMessage[]): Response => {
      let client: SseClient | undefined
      const body = new ReadableStream<Uint8Array>(
        {
          start: (controller) => {
            client = { jobId, openedAt: now(), controller }
            clients.add(client)
            controller.enqueue(encode(`retry: ${retryMs}\n\n${sseFrames(first)}`))
            heartbeat ??= setInterval(() => {
              for (const each of clients) write(each, ": heartbeat\n\n")
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

    broadcast: (messages: readonly OutgoingMessage[]): void => {
      for (const client of clients) {
        const followed = followedMessages(messages, client.jobId)
        if (followed.length > 0) write(client, sseFrames(followed))
      }
    },
  }
}

const closingReason = ({ openedAt, controller }: SseClient, now: number): string | null => {
  if (now - openedAt > maxAgeMs) return "The channel has reached its maximum age."
  if ((controller.desiredSize ?? 0) <= 0) return "The client reads too slowly."
  return null
}

const encoder = new TextEncoder()
const encode = (text: string): Uint8Array => encoder.encode(text)
