import type { LiveMessage } from "../edge/live/schema.ts"

/** Someone who listens to a live channel and remembers all of it. */
export type Listener = {
  opened: Promise<void>
  messages: () => LiveMessage[]
  /** When each message came, in ms since the epoch, in the same order. */
  times: () => number[]
  /** Ids of the messages that have one. */
  ids: () => number[]
  lastId: () => string | undefined
  /** All messages, as soon as one is as asked for. */
  until: (isEnough: (message: LiveMessage) => boolean) => Promise<LiveMessage[]>
  close: () => void
}

const newListener = () => {
  const messages: LiveMessage[] = []
  const times: number[] = []
  const ids: number[] = []
  const waiting = new Set<() => void>()
  return {
    hear: (message: LiveMessage, id: string | undefined) => {
      messages.push(message)
      times.push(Date.now())
      if (id !== undefined) ids.push(Number(id))
      for (const check of waiting) check()
    },
    listener: {
      messages: () => [...messages],
      times: () => [...times],
      ids: () => [...ids],
      lastId: () => ids.at(-1)?.toString(),
      until: (isEnough: (message: LiveMessage) => boolean) =>
        new Promise<LiveMessage[]>((resolve) => {
          const check = () => {
            if (!messages.some(isEnough)) return
            waiting.delete(check)
            resolve([...messages])
          }
          waiting.add(check)
          check()
        }),
    },
  }
}

/** Listens to server-sent events. */
export const listenBySse = (url: string, lastId?: string): Listener => {
  const { hear, listener } = newListener()
  const leaving = new AbortController()
  const read = async (response: Response) => {
    let text = ""
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      const frames = text.split("\n\n")
      text = frames.pop() ?? ""
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1]
        if (data) hear(JSON.parse(data) as LiveMessage, /^id: (.*)$/m.exec(frame)?.[1])
      }
    }
  }
  const opened = (async () => {
    const response = await fetch(url, {
      headers: lastId === undefined ? {} : { "last-event-id": lastId },
      signal: leaving.signal,
    })
    if (!response.ok) throw new Error(`the channel answered ${response.status}`)
    // It ends when the listener leaves.
    read(response).catch(() => undefined)
  })()
  return { ...listener, opened, close: () => leaving.abort() }
}

/** Listens by WebSocket. */
export const listenByWebSocket = (url: string): Listener => {
  const { hear, listener } = newListener()
  const socket = new WebSocket(url.replace(/^http/, "ws"))
  socket.addEventListener("message", ({ data }) => {
    for (const line of String(data).split("\n")) {
      const { id, ...message } = JSON.parse(line) as LiveMessage & { id?: string }
      hear(message, id)
    }
  })
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve())
    socket.addEventListener("error", () => reject(new Error("the WebSocket was refused")))
  })
  return { ...listener, opened, close: () => socket.close() }
}
