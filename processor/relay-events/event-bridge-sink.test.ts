import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import type { OutboxEvent } from "../../domain/cloud-event.ts"
import type { Sink } from "./deliver-batch.ts"
import { eventBridgeSink } from "./event-bridge-sink.ts"

type Put = { target: string | undefined; authorization: string | undefined; entries: Entry[] }
type Entry = { Detail: string; DetailType: string; EventBusName: string }

// Simulates EventBridge: records the entries and responds as documented by AWS.
let server: Server
let sink: Sink
let puts: Put[]
let errorCodeOf: (entry: Entry) => string | undefined
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => {
      body += chunk
    })
    request.on("end", () => {
      const { Entries } = JSON.parse(body) as { Entries: Entry[] }
      puts.push({
        target: request.headers["x-amz-target"]?.toString(),
        authorization: request.headers.authorization,
        entries: Entries,
      })
      const results = Entries.map((entry, index) => {
        const ErrorCode = errorCodeOf(entry)
        return ErrorCode ? { ErrorCode } : { EventId: String(index) }
      })
      const FailedEntryCount = results.filter((result) => "ErrorCode" in result).length
      response.setHeader("content-type", "application/x-amz-json-1.1")
      response.end(JSON.stringify({ FailedEntryCount, Entries: results }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  // The first source of the default credential chain.
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key")
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret")
  vi.stubEnv("AWS_SESSION_TOKEN", "token")
  sink = eventBridgeSink({
    busName: "photos",
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    region: "us-east-1",
    environment: "test",
  })
})
afterAll(() => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  puts = []
  errorCodeOf = () => undefined
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

test("puts every event as a CloudEvent, ten per call, with credentials of the default chain", async () => {
  expect(await sink.publish(events)).toEqual([])
  expect(puts.map(({ entries }) => entries.length)).toEqual([10, 10, 3])
  expect(puts[0]?.target).toBe("AWSEvents.PutEvents")
  expect(puts[0]?.authorization).toContain("Credential=key/")
  const [first] = puts[0]?.entries ?? []
  expect(first).toMatchObject({ DetailType: "PhotoQueued", EventBusName: "photos" })
  expect(JSON.parse(first?.Detail ?? "")).toMatchObject({ specversion: "1.0", id: "evt_0", subject: "ph_0" })
})

test("retries only the failed entries of a call", async () => {
  let throttled = 1
  errorCodeOf = () => (throttled-- > 0 ? "ThrottlingException" : undefined)
  expect(await sink.publish(events)).toEqual([])
  expect(puts.map(({ entries }) => entries.length)).toEqual([10, 1, 10, 3])
})

test("reports an entry that fails repeatedly, with its job, and delivers the others", async () => {
  errorCodeOf = ({ Detail }) => (Detail.includes('"evt_7"') ? "MalformedDetail" : undefined)
  expect(await sink.publish(events)).toEqual([{ sequence: 7, error: "MalformedDetail", holdKey: "job_1" }])
})

test("stops after a call in which every entry failed, and reports the remaining events as failed", async () => {
  errorCodeOf = ({ Detail }) =>
    Number(/"evt_(\d+)"/.exec(Detail)?.[1]) >= 10 ? "ThrottlingException" : undefined
  expect((await sink.publish(events)).map(({ sequence }) => sequence)).toEqual(
    events.slice(10).map(({ sequence }) => sequence),
  )
  expect(puts.map(({ entries }) => entries.length)).toEqual([10, 10, 10, 10])
})

test("throws when no entry is accepted", async () => {
  errorCodeOf = () => "NotAuthorizedForSourceException"
  await expect(sink.publish(events)).rejects.toThrow("NotAuthorizedForSourceException")
})
