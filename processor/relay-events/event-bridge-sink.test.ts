import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import type { OutboxEvent } from "../../domain/cloud-event.ts"
import { eventBridgeSink } from "./event-bridge-sink.ts"
import type { Sink } from "./relay.ts"

// No EventBridge can be had here: a server in its place remembers what was put and answers as documented.
let server: Server
let sink: Sink
let put: { target: string | undefined; entries: { Detail: string; DetailType: string }[] }[]
let failing: number
beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key")
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret")
  server = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => {
      body += chunk
    })
    request.on("end", () => {
      const { Entries } = JSON.parse(body)
      put.push({ target: request.headers["x-amz-target"]?.toString(), entries: Entries })
      const isFailing = failing-- > 0
      const entries = Entries.map((_: unknown, index: number) =>
        isFailing && index === 0 ? { ErrorCode: "ThrottlingException" } : { EventId: String(index) },
      )
      response.end(JSON.stringify({ FailedEntryCount: isFailing ? 1 : 0, Entries: entries }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  sink = eventBridgeSink({
    busName: "photos",
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    region: "us-east-1",
    environment: "test",
  })
})
afterAll(() => {
  vi.unstubAllEnvs()
  server.close()
})
beforeEach(() => {
  put = []
  failing = 0
})

const events = Array.from(
  { length: 23 },
  (_, index): OutboxEvent => ({
    sequence: index,
    eventId: `evt_${index}`,
    type: "PhotoQueued",
    userId: "usr_1",
    jobId: "job_1",
    photoId: `ph_${index}`,
    data: {},
    occurredAt: new Date(0),
  }),
)

test("a bus gets every event as a CloudEvent, ten in a call", async () => {
  await sink.publish(events)
  expect(put.map(({ entries }) => entries.length)).toEqual([10, 10, 3])
  expect(put[0]?.target).toBe("AWSEvents.PutEvents")
  const [first] = put[0]?.entries ?? []
  expect(first?.DetailType).toBe("PhotoQueued")
  expect(JSON.parse(first?.Detail ?? "")).toMatchObject({ specversion: "1.0", id: "evt_0", subject: "ph_0" })
})

test("an entry that failed in an answer of 200 is an outage: all are sent again", async () => {
  failing = 1
  await expect(sink.publish(events)).rejects.toThrow("ThrottlingException")
  await sink.publish(events)
})
