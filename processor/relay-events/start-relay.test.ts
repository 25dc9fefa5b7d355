import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { pino } from "pino"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest"
import type { CloudEvent, OutboxEvent } from "../../domain/cloud-event.ts"
import type { UserId } from "../../domain/ids.ts"
import { openTestOutbox } from "../../local/test-outbox.ts"
import type { Sink } from "./deliver-batch.ts"
import { edgeSink } from "./edge-sink.ts"
import { startRelay } from "./start-relay.ts"
import { webhookSink } from "./webhook-sink.ts"

const log = pino({ level: "silent" })

let outbox: Awaited<ReturnType<typeof openTestOutbox>>
let edge: Server
let isEdgeDown: boolean
let failingUsers: Set<string>
/** Events that the edge accepted, in order of arrival. */
let accepted: CloudEvent[]
beforeAll(async () => {
  outbox = await openTestOutbox(inject("environment").databaseUrl)
})
afterAll(() => outbox.drop())
beforeEach(async () => {
  await outbox.rows`truncate outbox_events, outbox_sinks, undelivered_events, webhook_deliveries`
  isEdgeDown = false
  failingUsers = new Set()
  accepted = []
  edge = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => {
      body += chunk
    })
    request.on("end", () => {
      if (isEdgeDown) {
        response.writeHead(503).end()
        return
      }
      const events = JSON.parse(body) as CloudEvent[]
      const isFailing = ({ userid }: CloudEvent) => failingUsers.has(userid)
      accepted.push(...events.filter((event) => !isFailing(event)))
      const failed = events
        .filter(isFailing)
        .map(({ id }) => ({ id, reason: "USER_UNAVAILABLE", detail: "failing" }))
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify({ accepted: events.length - failed.length, failed }))
    })
  })
  await new Promise<void>((resolve) => edge.listen(0, "127.0.0.1", resolve))
})
afterEach(() => {
  edge.closeAllConnections()
  edge.close()
})

/** Runs the relay until the condition holds. */
const relayUntil = async (isDone: () => Promise<void> | void, more: readonly Sink[] = []) => {
  const { port } = edge.address() as AddressInfo
  const secret = `whsec_${btoa("x".repeat(24))}`
  const relay = startRelay({
    databaseUrl: outbox.url,
    sinks: [
      edgeSink({ url: `http://127.0.0.1:${port}/`, secret, environment: "test" }),
      webhookSink({ database: outbox.database, environment: "test" }),
      ...more,
    ],
    log,
  })
  try {
    await vi.waitFor(isDone, { timeout: 20_000, interval: 50 })
  } finally {
    await relay.stop()
  }
}

const newWebhook = (userId: UserId, name: string, types: string[] | null = null, isDisabled = false) =>
  outbox.rows`
    insert into webhook_endpoints (endpoint_id, user_id, url, secret, event_types, disabled_at)
    values (${`${name}-${userId}`}, ${userId}, 'https://example.com', 'whsec_x', ${types && outbox.rows.json(types)},
      ${isDisabled ? new Date() : null})`
const deliveries = async () =>
  (
    await outbox.rows`
      select endpoint_id, event->>'type' as type from webhook_deliveries order by endpoint_id, delivery_id`
  ).map(({ endpoint_id, type }) => [endpoint_id.split("-")[0], type.split(".")[1]])

describe("the relay", () => {
  test("delivers all events of other users while the Durable Objects of ten users fail, and theirs afterwards", async () => {
    const users = await Promise.all(Array.from({ length: 12 }, outbox.newUser))
    failingUsers = new Set(users.slice(0, 10))
    const healthy = users.slice(10)
    for (const userId of users) {
      await outbox.newJob(userId)
      await outbox.newJob(userId)
    }
    await newWebhook(users[0] ?? "usr_", "failing")
    await relayUntil(async () => {
      expect(accepted.map(({ userid }) => userid).toSorted()).toEqual(
        healthy.flatMap((userId) => Array(4).fill(userId)).toSorted(),
      )
      expect(await deliveries()).toHaveLength(4)
    })

    failingUsers.clear()
    await relayUntil(() => expect(accepted).toHaveLength(48))
    for (const jobId of new Set(accepted.map(({ data }) => data.jobId))) {
      const sequences = accepted
        .filter(({ data }) => data.jobId === jobId)
        .map(({ sequence }) => Number(sequence))
      expect(sequences).toEqual([...sequences].sort((a, b) => a - b))
    }
  })

  test("delivers to the other sinks while one is unavailable, and to that one when it is available again", async () => {
    const userId = await outbox.newUser()
    await newWebhook(userId, "all")
    isEdgeDown = true
    const received: OutboxEvent[] = []
    const bus: Sink = {
      name: "bus",
      publish: async (events) => {
        received.push(...events)
        return []
      },
      probe: async () => undefined,
    }
    const relayed = relayUntil(() => expect(accepted).toHaveLength(2), [bus])
    await outbox.newJob(userId)
    await vi.waitFor(async () => {
      expect(received).toHaveLength(2)
      expect(await deliveries()).toHaveLength(2)
    })
    expect(accepted).toEqual([])
    isEdgeDown = false
    await relayed
  })

  test("queues an event once per enabled webhook that subscribes to its type", async () => {
    const userId = await outbox.newUser()
    await newWebhook(userId, "all")
    await newWebhook(userId, "some", ["PhotoQueued"])
    await newWebhook(userId, "other", ["PhotoFailed"])
    await newWebhook(userId, "off", null, true)
    await outbox.newJob(userId)
    const expected = [
      ["all", "UploadJobCreated"],
      ["all", "PhotoQueued"],
      ["some", "PhotoQueued"],
    ]
    await relayUntil(async () => expect(await deliveries()).toEqual(expected))
    // After a relay died before it advanced the position, the next relay sends the same events again.
    await outbox.rows`update outbox_sinks set position = 0`
    accepted = []
    await relayUntil(() => expect(accepted).toHaveLength(2))
    expect(await deliveries()).toEqual(expected)
  })
})
