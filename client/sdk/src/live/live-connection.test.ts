import { expect, test, vi } from "vitest"
import { deferred } from "../upload/signals.ts"
import { keepConnected } from "./live-connection.ts"
import type { Channel, LiveMessage } from "./live-message.ts"

const message: LiveMessage = { type: "reset" } as LiveMessage

/** A channel whose connections the test controls. */
const controlled = () => {
  const connections: {
    lastId: string | null
    listener: Parameters<Channel>[1]
    close: () => void
    fail: () => void
  }[] = []
  const channel: Channel = (lastId, listener, signal) => {
    const { promise, resolve, reject } = deferred<void>()
    connections.push({ lastId, listener, close: resolve, fail: () => reject(new Error("not opened")) })
    signal.addEventListener("abort", () => resolve())
    return promise
  }
  return { channel, connections }
}

const listener = () => ({ onOpen: vi.fn(), onClose: vi.fn(), onMessage: vi.fn() })

const withFakeTime = async (work: () => Promise<void>) => {
  vi.useFakeTimers()
  try {
    await work()
  } finally {
    vi.useRealTimers()
  }
}

test("a channel that the server closes is opened again and resumes after the last id", () =>
  withFakeTime(async () => {
    const { channel, connections } = controlled()
    const events = listener()
    const connection = keepConnected([channel], events)
    connections[0]?.listener.onOpen()
    connections[0]?.listener.onMessage({ id: "7", message })
    connections[0]?.listener.onMessage({ id: null, message })
    expect(connection.isConnected).toBe(true)
    await vi.advanceTimersByTimeAsync(6000)
    connections[0]?.close()
    await vi.advanceTimersByTimeAsync(0)
    expect(connection.isConnected).toBe(false)
    expect(events.onClose).toHaveBeenCalledOnce()
    await vi.advanceTimersByTimeAsync(500)
    expect(connections[1]?.lastId).toBe("7")
    connections[1]?.listener.onOpen()
    expect(events.onOpen.mock.calls).toEqual([[false], [true]])
    connection.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(connections).toHaveLength(2)
  }))

test("after two failures the next channel is tried, and the first one again after the last", () =>
  withFakeTime(async () => {
    const [first, second] = [controlled(), controlled()]
    const connection = keepConnected([first.channel, second.channel], listener())
    for (const [index, channel] of [first, first, second, second, first].entries()) {
      await vi.advanceTimersByTimeAsync(30_000)
      expect([index, first.connections.length + second.connections.length]).toEqual([index, index + 1])
      channel.connections.at(-1)?.fail()
    }
    await vi.advanceTimersByTimeAsync(30_000)
    expect([first.connections.length, second.connections.length]).toEqual([4, 2])
    connection.stop()
  }))

test("a server that closes every channel at once is called less and less often", () =>
  withFakeTime(async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(1)
    let opened = 0
    const channel: Channel = async (_, { onOpen }) => {
      opened += 1
      onOpen()
    }
    const connection = keepConnected([channel], listener())
    await vi.advanceTimersByTimeAsync(60_000)
    expect(opened).toBeLessThan(10)
    connection.stop()
    random.mockRestore()
  }))
