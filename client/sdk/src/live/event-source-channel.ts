import type { ApiClient } from "../api/api-client.ts"
import { search } from "../api/request.ts"
import { type Channel, parseLiveMessage } from "./live-message.ts"

/** The messages that the engine uses: EventSource has a listener per type. */
const messageTypes = ["photo", "reset"]

/**
 * The channel of all jobs of the user over the browser's EventSource. It is closed at the first error: by itself it would
 * connect again with its ticket, which is valid once.
 */
export const eventSourceChannel =
  (api: ApiClient, baseUrl: string): Channel =>
  async (lastId, { onOpen, onMessage }, signal) => {
    const { ticket } = await api.getLiveTicket()
    const query = search({ ticket, lastEventId: lastId ?? undefined })
    const source = new EventSource(`${baseUrl}/queries/events${query}`)
    await new Promise<void>((resolve) => {
      const close = () => {
        source.close()
        signal.removeEventListener("abort", close)
        resolve()
      }
      signal.addEventListener("abort", close)
      if (signal.aborted) close()
      source.onopen = onOpen
      source.onerror = close
      for (const type of messageTypes)
        source.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) => {
          const message = parseLiveMessage(data)
          if (message) onMessage({ id: lastEventId || null, message })
        })
    })
  }
