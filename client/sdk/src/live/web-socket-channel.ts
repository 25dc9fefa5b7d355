import type { ApiClient } from "../api/api-client.ts"
import { search } from "../api/request.ts"
import { type Channel, parseLiveMessage } from "./live-message.ts"

/** The server closes a WebSocket that is silent for longer, in ms. */
const pingMs = 20_000

/** The server answers every ping: a connection that is silent for longer is dead, in ms. */
const silenceMs = 45_000

/** The channel of all jobs of the user over WebSocket. Every connection needs its own ticket: one is valid once. */
export const webSocketChannel =
  (api: ApiClient, baseUrl: string): Channel =>
  async (lastId, { onOpen, onMessage }, signal) => {
    const { ticket } = await api.getLiveTicket()
    const query = search({ ticket, lastEventId: lastId ?? undefined })
    const socket = new WebSocket(`${baseUrl.replace(/^http/, "ws")}/queries/events${query}`)
    const close = () => socket.close()
    signal.addEventListener("abort", close)
    let ping: ReturnType<typeof setInterval> | undefined
    let lastAt = 0
    try {
      await new Promise<void>((resolve, reject) => {
        let isOpen = false
        if (signal.aborted) close()
        socket.onopen = () => {
          isOpen = true
          lastAt = Date.now()
          ping = setInterval(() => {
            // A dead connection also delays the closing handshake.
            if (Date.now() - lastAt > silenceMs) resolve()
            else socket.send("ping")
          }, pingMs)
          onOpen()
        }
        socket.onmessage = ({ data }) => {
          lastAt = Date.now()
          for (const line of String(data).split("\n")) receive(line, onMessage)
        }
        socket.onclose = () => (isOpen ? resolve() : reject(new Error("the WebSocket was not opened")))
        signal.addEventListener("abort", () => resolve())
        socket.onerror = () => {}
      })
    } finally {
      clearInterval(ping)
      close()
      signal.removeEventListener("abort", close)
    }
  }

const receive = (line: string, onMessage: Parameters<Channel>[1]["onMessage"]) => {
  const message = parseLiveMessage(line)
  if (!message) return
  const id = "id" in message && typeof message.id === "number" ? String(message.id) : null
  onMessage({ id, message })
}
