import { createHmac } from "node:crypto"
import { createServer, type IncomingHttpHeaders, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { pino } from "pino"
import postgres from "postgres"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest"
import { type NodeDatabase, openNodeDatabase } from "../../db/node.ts"
import { insertUser } from "../../edge/auth/register/sql.ts"
import { newId } from "../../edge/new-id.ts"
import { outcomeOf, startWebhookDelivery } from "./deliver-webhooks.ts"
import { recordOutcome, takeDue } from "./sql.ts"

const silent = pino({ level: "silent" })
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

type Received = { headers: IncomingHttpHeaders; body: string }

let database: NodeDatabase
let rows: postgres.Sql
let server: Server
let received: Received[]
let answer: (path: string) => number | "hang"
let origin: string
beforeAll(() => {
  const { databaseUrl } = inject("environment")
  database = openNodeDatabase(databaseUrl, 4)
  rows = postgres(databaseUrl, { max: 1 })
})
afterAll(async () => {
  await database.close()
  await rows.end()
})
beforeEach(async () => {
  received = []
  answer = () => 204
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      const status = answer(request.url ?? "")
      if (status !== "hang") response.writeHead(status, { location: `${origin}/elsewhere` }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

/** An endpoint with an event to deliver; gives the endpoint's id. */
const queued = async (path = "/hook", previousSecret: string | null = null): Promise<string> => {
  const userId = newId.user()
  const endpointId = newId.endpoint()
  await database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
  await rows`
    insert into webhook_endpoints (endpoint_id, user_id, url, secret, previous_secret, previous_secret_expires_at)
    values (${endpointId}, ${userId}, ${origin + path}, ${secret}, ${previousSecret}, now() + interval '1 hour')`
  await rows`
    insert into webhook_deliveries (endpoint_id, event_id, event)
    values (${endpointId}, ${`evt_${endpointId}`}, ${rows.json({ type: "rapid-photo-upload.PhotoQueued.v1" })})`
  return endpointId
}

const deliveryOf = async (endpointId: string) => {
  const [row] = await rows`
    select d.status, d.attempts, d.last_status, d.next_attempt_at > now() + interval '3 seconds' as is_put_off,
      e.disabled_reason
    from webhook_deliveries d join webhook_endpoints e using (endpoint_id) where endpoint_id = ${endpointId}`
  return row
}

const during = async (isDone: () => Promise<void> | void) => {
  const delivery = startWebhookDelivery({ database, log: silent, allowPrivateTargets: true, pollMs: 20 })
  try {
    await vi.waitFor(isDone, { timeout: 10_000, interval: 20 })
  } finally {
    await delivery.stop()
  }
}

describe("a delivery", () => {
  test("arrives once, as a CloudEvent, with its signature", async () => {
    const endpointId = await queued()
    await during(async () =>
      expect(await deliveryOf(endpointId)).toMatchObject({ status: "DELIVERED", attempts: 1 }),
    )
    expect(received).toHaveLength(1)
    const { headers, body } = received[0] ?? { headers: {}, body: "" }
    expect(headers["content-type"]).toBe("application/cloudevents+json")
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`
    const expected = createHmac("sha256", Buffer.from(secret.slice(6), "base64"))
      .update(signed)
      .digest("base64")
    expect(headers["webhook-signature"]).toBe(`v1,${expected}`)
  })

  test("is signed with the secret before, too, while it is rolled", async () => {
    const endpointId = await queued("/hook", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    await during(async () => expect(await deliveryOf(endpointId)).toMatchObject({ status: "DELIVERED" }))
    expect(String(received[0]?.headers["webhook-signature"])).toMatch(/^v1,\S+ v1,\S+$/)
  })

  test.each([500, 404, 429])("that is answered %i is put off and stays to be delivered", async (status) => {
    answer = () => status
    const endpointId = await queued()
    await during(async () =>
      expect(await deliveryOf(endpointId)).toMatchObject({
        status: "PENDING",
        last_status: status,
        is_put_off: true,
      }),
    )
    expect(received).toHaveLength(1)
  })

  test("that is answered 410 is the endpoint's last", async () => {
    answer = () => 410
    const endpointId = await queued()
    await during(async () =>
      expect(await deliveryOf(endpointId)).toMatchObject({
        status: "FAILED",
        disabled_reason: expect.any(String),
      }),
    )
  })

  test("does not follow a redirect", async () => {
    answer = (path) => (path === "/hook" ? 302 : 200)
    const endpointId = await queued()
    await during(async () =>
      expect(await deliveryOf(endpointId)).toMatchObject({ status: "PENDING", last_status: 302 }),
    )
    expect(received).toHaveLength(1)
  })

  test("is one worker's: two that look at once never take the same", async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => queued()))
    const taken = (
      await Promise.all(
        Array.from({ length: 4 }, () => database.run(takeDue, { limit: 100, leaseMs: 60_000 })),
      )
    ).flat()
    const own = taken.filter(({ endpointId }) => ids.includes(endpointId))
    expect(own).toHaveLength(6)
    expect(new Set(own.map(({ deliveryId }) => deliveryId)).size).toBe(6)
  })

  test("whose worker died is taken again when its lease lapses, and the dead worker's word counts no more", async () => {
    const endpointId = await queued()
    const take = async () =>
      (await database.run(takeDue, { limit: 100, leaseMs: 60_000 })).find(
        (each) => each.endpointId === endpointId,
      )
    const first = await take()
    expect(await take()).toBeUndefined()
    await rows`update webhook_deliveries set next_attempt_at = now() where endpoint_id = ${endpointId}`
    const second = await take()
    expect([first?.attempt, second?.attempt]).toEqual([1, 2])
    if (!first || !second) throw new Error("not taken")
    const record = (taken: typeof first) => database.run(recordOutcome, outcomeOf(taken, 204, null))
    expect(await record(first)).toEqual({ isRecorded: false })
    expect(await record(second)).toEqual({ isRecorded: true })
  })

  test("of an endpoint that is disabled is not taken", async () => {
    const endpointId = await queued()
    await rows`update webhook_endpoints set disabled_at = now() where endpoint_id = ${endpointId}`
    const taken = await database.run(takeDue, { limit: 100, leaseMs: 60_000 })
    expect(taken.filter((each) => each.endpointId === endpointId)).toEqual([])
  })

  test("is tried for some three days, ever more seldom, and then given up", () => {
    const pauses: number[] = []
    for (let attempt = 1; ; attempt += 1) {
      const outcome = outcomeOf({ deliveryId: 1, attempt }, 500, null, () => 0.5)
      if (outcome.status === "FAILED") break
      pauses.push(outcome.retryAfterMs ?? 0)
    }
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    const days = pauses.reduce((sum, ms) => sum + ms, 0) / 86_400_000
    expect(days).toBeGreaterThan(3)
    expect(days).toBeLessThan(4)
  })
})
