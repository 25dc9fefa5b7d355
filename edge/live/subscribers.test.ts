import { expect, test } from "vitest"
import { type OutgoingMessage, openSubscribers } from "./subscribers.ts"

// Between a Durable Object and a client there are buffers that no test fills; here there are none.
const newSubscribers = () => openSubscribers({ getWebSockets: () => [] as WebSocket[] } as DurableObjectState)

const message = (id: number): OutgoingMessage => ({
  id,
  jobId: "job_1",
  message: { type: "reset", reason: "x".repeat(1000) },
})

test("a client that does not read is dropped with a reason, and the ids it got are without a gap", async () => {
  const subscribers = newSubscribers()
  const deaf = subscribers.stream("job_1", [])
  for (let id = 1; id <= 1000 && subscribers.count() > 0; id += 1) subscribers.tell([message(id)])
  expect(subscribers.count()).toBe(0)
  const heard = await deaf.text()
  expect(heard).toMatch(/event: closed\ndata: .*too slowly.*\n\n$/)
  const ids = [...heard.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  expect(ids).toEqual(ids.map((_, index) => index + 1))
  expect(ids.length).toBeLessThan(400)
})

test("a client that reads is told everything", async () => {
  const subscribers = newSubscribers()
  const reader = subscribers.stream("job_1", []).body?.pipeThrough(new TextDecoderStream()).getReader()
  let heard = ""
  for (let id = 1; id <= 1000; id += 1) {
    subscribers.tell([message(id)])
    while (!heard.includes(`id: ${id}\n`)) heard += (await reader?.read())?.value ?? ""
  }
  expect(subscribers.count()).toBe(1)
  await reader?.cancel()
  expect(subscribers.count()).toBe(0)
})
