import { createParser } from "eventsource-parser"
import type { ApiClient } from "../api/api-client.ts"
import { search } from "../api/request.ts"
import { type Channel, parseLiveMessage } from "./live-message.ts"

/** The server sends a comment every 15 s; a channel that is silent for longer is dead, in ms. */
const silenceMs = 45_000

/** The channel of all jobs of the user over server-sent events. */
export const eventStreamChannel =
  (api: ApiClient, baseUrl: string, send: typeof fetch): Channel =>
  async (lastId, { onOpen, onMessage }, signal) => {
    const { ticket } = await api.getLiveTicket()
    const controller = new AbortController()
    const abort = () => controller.abort()
    signal.addEventListener("abort", abort)
    let timer = setTimeout(abort, silenceMs)
    if (signal.aborted) abort()
    try {
      const response = await send(`${baseUrl}/queries/events${search({ ticket })}`, {
        headers: { accept: "text/event-stream", ...(lastId !== null && { "last-event-id": lastId }) },
        signal: controller.signal,
      })
      // React Native's fetch has no streams.
      const reader = response.ok ? response.body?.getReader() : undefined
      if (!reader) throw new Error("the event stream was not opened")
      onOpen()
      const parser = createParser({
        onEvent: ({ id = null, data }) => {
          const message = parseLiveMessage(data)
          if (message) onMessage({ id, message })
        },
      })
      const decoder = new TextDecoder()
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        clearTimeout(timer)
        timer = setTimeout(abort, silenceMs)
        parser.feed(decoder.decode(value, { stream: true }))
      }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener("abort", abort)
    }
  }
