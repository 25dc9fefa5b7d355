import { expect, test } from "vitest"
import type { OutgoingMessage } from "./live-frames.ts"
import { newSseStreams } from "./sse-streams.ts"

// Reads the stream directly, because a test cannot fill the buffers between a Durable Object and a client.

const message = (id: number): OutgoingMessage => ({
  id,
  jobId: "job_1",
  message: { type: "reset", reason: "x".repeat(1000) },
})

test("a client that does not read is disconnected with a reason, and the ids it received have no gap", async () => {
  const streams = newSseStreams()
  const response = streams.open("job_1", [])
  for (let id = 1; id <= 1000 && streams.count() > 0; id += 1) streams.broadcast([message(id)])
  expect(streams.count()).toBe(0)
  const received = await response.text()
  expect(received).toMatch(/event: closed\ndata: .*too slowly.*\n\n$/)
  const ids = [...received.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  expect(ids).toEqual(ids.map((_, index) => index + 1))
  expect(ids.length).toBeLessThan(400)
})

test("a client that reads receives every message", async () => {
  const streams = newSseStreams()
  const reader = streams.open("job_1", []).body?.pipeThrough(new TextDecoderStream()).getReader()
  let received = ""
  for (let id = 1; id <= 1000; id += 1) {
    streams.broadcast([message(id)])
    while (!received.includes(`id: ${id}\n`)) received += (await reader?.read())?.value ?? ""
  }
  expect(streams.count()).toBe(1)
  await reader?.cancel()
  expect(streams.count()).toBe(0)
})
