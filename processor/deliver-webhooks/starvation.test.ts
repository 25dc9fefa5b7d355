import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { pino } from "pino"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest"
import type { UserId } from "../../domain/ids.ts"
import { newId } from "../../edge/new-id.ts"
import { openTestOutbox } from "../../local/test-outbox.ts"
import { startWebhookDelivery } from "./deliver-webhooks.ts"

const log = pino({ level: "silent" })
const secret = `whsec_${btoa("x".repeat(24))}`

let outbox: Awaited<ReturnType<typeof openTestOutbox>>
let receiver: Server
let origin: string
/** Open requests by path, and their maximum. */
let openRequests: Map<string, number>
let maxOpenRequests: Map<string, number>
beforeAll(async () => {
  outbox = await openTestOutbox(inject("environment").databaseUrl)
})
afterAll(() => outbox.drop())
beforeEach(async () => {
  openRequests = new Map()
  maxOpenRequests = new Map()
  receiver = createServer((request, response) => {
    const path = request.url ?? ""
    if (!path.startsWith("/hang")) {
      response.writeHead(204).end()
      return
    }
    const count = (openRequests.get(path) ?? 0) + 1
    openRequests.set(path, count)
    maxOpenRequests.set(path, Math.max(count, maxOpenRequests.get(path) ?? 0))
    response.on("close", () => openRequests.set(path, (openRequests.get(path) ?? 0) - 1))
  })
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve))
  origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
})
afterEach(async () => {
  receiver.closeAllConnections()
  receiver.close()
  await outbox.rows`truncate webhook_endpoints, webhook_deliveries`
})

/** Adds an endpoint with due deliveries. An earlier scheduler took the oldest first. */
const newEndpoint = async (userId: UserId, path: string, deliveries: number, ageMinutes: number) => {
  const endpointId = newId.endpoint()
  await outbox.rows`
    insert into webhook_endpoints (endpoint_id, user_id, url, secret)
    values (${endpointId}, ${userId}, ${origin + path}, ${secret})`
  await outbox.rows`
    insert into webhook_deliveries (endpoint_id, event_id, event, next_attempt_at)
    select ${endpointId}, 'evt_' || n, '{}', now() - ${ageMinutes} * interval '1 minute'
    from generate_series(1, ${deliveries}) n`
  return endpointId
}

const deliveredTo = async (endpointId: string): Promise<number> => {
  const [row] = await outbox.rows`
    select count(*)::int from webhook_deliveries where endpoint_id = ${endpointId} and status = 'DELIVERED'`
  return row?.count
}

/** Delivers while `check` runs. */
const delivering = async (check: () => Promise<void>) => {
  const delivery = startWebhookDelivery({
    database: outbox.database,
    log,
    allowPrivateTargets: true,
    pollMs: 20,
  })
  try {
    await check()
  } finally {
    receiver.closeAllConnections()
    await delivery.stop()
  }
}

describe("an endpoint that hangs with 2,500 deliveries", () => {
  test("delays no delivery of another user", async () => {
    const [greedy, other] = [await outbox.newUser(), await outbox.newUser()]
    await newEndpoint(greedy, "/hang", 2_500, 60)
    const endpointId = await newEndpoint(other, "/hook", 100, 0)
    await delivering(async () => {
      await vi.waitFor(() => expect(openRequests.get("/hang")).toBeGreaterThan(0), { timeout: 10_000 })
      await vi.waitFor(async () => expect(await deliveredTo(endpointId)).toBe(100), { timeout: 10_000 })
      expect(openRequests.get("/hang")).toBeGreaterThan(0)
    })
  })

  test("has a limited number of deliveries in flight, and so have all endpoints of its user together", async () => {
    const userId = await outbox.newUser()
    const paths = ["/hang/1", "/hang/2", "/hang/3", "/hang/4"]
    for (const path of paths) await newEndpoint(userId, path, 600, 60)
    const endpointId = await newEndpoint(await outbox.newUser(), "/hook", 100, 0)
    await delivering(async () => {
      await vi.waitFor(async () => expect(await deliveredTo(endpointId)).toBe(100), { timeout: 10_000 })
      const counts = paths.map((path) => maxOpenRequests.get(path) ?? 0)
      expect(Math.max(...counts)).toBeLessThanOrEqual(4)
      expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(8)
    })
  })
})
