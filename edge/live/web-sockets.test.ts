import { runInDurableObject } from "cloudflare:test"
import { expect, test, vi } from "vitest"
import { config } from "../testing/test-api.ts"
import type { OutgoingMessage } from "./live-frames.ts"
import { openSubscribers } from "./subscribers.ts"

const message = (id: number | null, characters = 1000): OutgoingMessage => ({
  id,
  jobId: "job_1",
  message: { type: "reset", reason: "x".repeat(characters) },
})

/** Creates the subscribers of a new Durable Object, with an adjustable clock. */
const withSubscribers = (
  check: (
    subscribers: ReturnType<typeof openSubscribers>,
    clock: { forwardMs: (ms: number) => void },
  ) => Promise<void>,
) =>
  runInDurableObject(config.userChannels.get(config.userChannels.newUniqueId()), (_, state) => {
    let offsetMs = 0
    const subscribers = openSubscribers(state, () => Date.now() + offsetMs)
    return check(subscribers, {
      forwardMs: (ms) => {
        offsetMs += ms
      },
    })
  })

const connect = (subscribers: ReturnType<typeof openSubscribers>) => {
  const socket = subscribers.openWebSocket("job_1", []).webSocket
  if (!socket) throw new Error("no WebSocket")
  const received: { type: string; id?: string; reason?: string }[] = []
  socket.addEventListener("message", ({ data }) => {
    for (const line of String(data).split("\n")) received.push(JSON.parse(line))
  })
  const closed = new Promise<number>((resolve) =>
    socket.addEventListener("close", ({ code }) => resolve(code)),
  )
  socket.accept()
  return {
    received,
    closed,
    ping: async () => {
      const before = received.length
      socket.send("ping")
      await vi.waitFor(() => expect(received.slice(before)).toContainEqual({ type: "pong" }))
    },
  }
}

test("at the limit of channels, the WebSocket without a ping for the longest time is closed for a new one", () =>
  withSubscribers(async (subscribers, clock) => {
    const first = connect(subscribers)
    clock.forwardMs(1000)
    const second = connect(subscribers)
    clock.forwardMs(1000)
    for (let count = 2; count < 20; count += 1) connect(subscribers)
    expect(subscribers.hasRoom()).toBe(false)

    clock.forwardMs(61_000)
    expect(subscribers.hasRoom()).toBe(true)
    expect(await first.closed).toBe(1013)
    expect(first.received).toMatchObject([{ type: "closed" }])
    // Only one is closed.
    expect(second.received).toEqual([])
    connect(subscribers)
    expect(subscribers.hasRoom()).toBe(true)
    expect(await second.closed).toBe(1013)
  }))

test("a WebSocket that sends pings is not closed for a new one", () =>
  withSubscribers(async (subscribers, clock) => {
    // The runtime records pings with its own clock: these sockets were opened long ago and have just sent a ping.
    clock.forwardMs(-120_000)
    const clients = Array.from({ length: 20 }, () => connect(subscribers))
    clock.forwardMs(120_000)
    for (const { ping } of clients) await ping()
    expect(subscribers.hasRoom()).toBe(false)
  }))

test("a WebSocket without pings is closed after a limited number of bytes, without a gap in its ids", () =>
  withSubscribers(async (subscribers) => {
    const client = connect(subscribers)
    for (let id = 1; id <= 3000; id += 1) subscribers.broadcast([message(id)])
    expect(await client.closed).toBe(1013)
    const ids = client.received.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]))
    expect(ids).toEqual(ids.map((_, index) => index + 1))
    expect(ids.length).toBeLessThan(1100)
    expect(client.received.at(-1)).toMatchObject({ type: "closed" })
  }))

test("a WebSocket without pings stops receiving progress before it stops receiving stored messages", () =>
  withSubscribers(async (subscribers) => {
    const client = connect(subscribers)
    for (let count = 0; count < 500; count += 1) subscribers.broadcast([message(null), message(count, 10)])
    await vi.waitFor(() => expect(client.received.some(({ id }) => id === "499")).toBe(true))
    const progress = client.received.filter(({ id }) => id === undefined)
    expect(progress.length).toBeLessThan(300)
  }))

test("a WebSocket that sends pings receives everything", () =>
  withSubscribers(async (subscribers) => {
    const client = connect(subscribers)
    for (let id = 1; id <= 3000; id += 1) {
      subscribers.broadcast([message(id)])
      if (id % 200 === 0) await client.ping()
    }
    expect(client.received.filter(({ type }) => type === "reset")).toHaveLength(3000)
  }))
