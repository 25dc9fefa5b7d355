import type { LiveMessage } from "../edge/live/schema.ts"

/** A subscriber of a live channel that records every message. */
export type Subscriber = {
  opened: Promise<void>
  messages: () => LiveMessage[]
  /** Arrival time of each message, in ms since the epoch, in the same order. */
  times: () => number[]
  /** Ids of the messages that have an id. */
  ids: () => number[]
  lastId: () => string | undefined
  /** Waits until a message matches, and returns all messages. */
  until: (matches: (message: LiveMessage) => boolean) => Promise<LiveMessage[]>
  close: () => void
}

const newSubscriber = () => {
  const messages: LiveMessage[] = []
  const times: number[] = []
  const ids: number[] = []
  const waiting = new Set<() => void>()
  return {
    record: (message: LiveMessage, id: string | undefined) => {
      messages.push(message)
      times.push(Date.now())
      if (id !== undefined) ids.push(Number(id))
      for (const check of waiting) check()
    },
    subscriber: {
      messages: () => [...messages],
      times: () => [...times],
      ids: () => [...ids],
      lastId: () => ids.at(-1)?.toString(),
      until: (matches: (message: LiveMessage) => boolean) =>
        new Promise<LiveMessage[]>((resolve) => {
          const check = () => {
            if (!messages.some(matches)) return
            waiting.delete(check)
            resolve([...messages])
          }
          waiting.add(check)
          check()
        }),
    },
  }
}

/** Subscribes by server-sent events. */
export const subscribeBySse = (url: string, lastId?: string): Subscriber => {
  const { record, subscriber } = newSubscriber()
  const closing = new AbortController()
  const read = async (response: Response) => {
    let text = ""
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      const frames = text.split("\n\n")
      text = frames.pop() ?? ""
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1]
        if (data) record(JSON.parse(data) as LiveMessage, /^id: (.*)$/m.exec(frame)?.[1])
      }
    }
  }
  const opened = (async () => {
    const response = await fetch(url, {
      headers: lastId === undefined ? {} : { "last-event-id": lastId },
      signal: closing.signal,
    })
    if (!response.ok) throw new Error(`the channel returned ${response.status}`)
    // The stream fails when the subscriber closes the channel.
    read(response).catch(() => undefined)
  })()
  return { ...subscriber, opened, close: () => closing.abort() }
}

/** A WebSocket without pings is closed after a time limit; see docs/decisions/0024-live-channel-limits.md. */
const pingEveryMs = 5_000

/** Subscribes by WebSocket. */
export const subscribeByWebSocket = (url: string): Subscriber => {
  const { record, subscriber } = newSubscriber()
  const socket = new WebSocket(url.replace(/^http/, "ws"))
  socket.addEventListener("message", ({ data }) => {
    for (const line of String(data).split("\n")) {
      const { id, ...message } = JSON.parse(line) as LiveMessage & { id?: string }
      if (message.type !== "pong") record(message, id)
    }
  })
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => {
      const pings = setInterval(() => socket.send("ping"), pingEveryMs)
      socket.addEventListener("close", () => clearInterval(pings))
      resolve()
    })
    socket.addEventListener("error", () => reject(new Error("the WebSocket was rejected")))
  })
  return { ...subscriber, opened, close: () => socket.close() }
}
