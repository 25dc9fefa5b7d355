import { createHmac } from "node:crypto"
import { createServer, type IncomingHttpHeaders, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { pino } from "pino"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest"
import { newId } from "../../edge/new-id.ts"
import { openTestOutbox } from "../../local/test-outbox.ts"
import { startWebhookDelivery } from "./deliver-webhooks.ts"

const silent = pino({ level: "silent" })
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

type Received = { headers: IncomingHttpHeaders; body: string }

let outbox: Awaited<ReturnType<typeof openTestOutbox>>
let server: Server
let received: Received[]
let statusOf: (path: string) => number | "hang"
let origin: string
beforeAll(async () => {
  outbox = await openTestOutbox(inject("environment").databaseUrl)
})
afterAll(() => outbox.drop())
beforeEach(async () => {
  received = []
  statusOf = () => 204
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      const status = statusOf(request.url ?? "")
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

/** An endpoint with an event to deliver. Returns the endpoint's id. */
const queued = async (path = "/hook", previousSecret: string | null = null): Promise<string> => {
  const { rows } = outbox
  const endpointId = newId.endpoint()
  await rows`
    insert into webhook_endpoints (endpoint_id, user_id, url, secret, previous_secret, previous_secret_expires_at)
    values (${endpointId}, ${await outbox.newUser()}, ${origin + path}, ${secret}, ${previousSecret},
      now() + interval '1 hour')`
  await rows`
    insert into webhook_deliveries (endpoint_id, event_id, event)
    values (${endpointId}, ${`evt_${endpointId}`}, ${rows.json({ type: "rapid-photo-upload.PhotoQueued.v1" })})`
  return endpointId
}

const deliveryOf = async (endpointId: string) => {
  const [row] = await outbox.rows`
    select d.status, d.attempts, d.last_status, d.next_attempt_at > now() + interval '3 seconds' as is_postponed,
      e.disabled_reason
    from webhook_deliveries d join webhook_endpoints e using (endpoint_id) where endpoint_id = ${endpointId}`
  return row
}

const during = async (isDone: () => Promise<void> | void) => {
  const delivery = startWebhookDelivery({
    database: outbox.database,
    log: silent,
    allowPrivateTargets: true,
    pollMs: 20,
  })
  try {
    await vi.waitFor(isDone, { timeout: 10_000, interval: 20 })
  } finally {
    await delivery.stop()
  }
}

describe("a delivery", () => {
  test("arrives once, as a signed CloudEvent", async () => {
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

  test("is also signed with the previous secret while the secret is rotated", async () => {
    const endpointId = await queued("/hook", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    await during(async () => expect(await deliveryOf(endpointId)).toMatchObject({ status: "DELIVERED" }))
    expect(String(received[0]?.headers["webhook-signature"])).toMatch(/^v1,\S+ v1,\S+$/)
  })

  test.each([500, 404, 429])("with response status %i is postponed and stays pending", async (status) => {
    statusOf = () => status
    const endpointId = await queued()
    await during(async () =>
      expect(await deliveryOf(endpointId)).toMatchObject({
        status: "PENDING",
        last_status: status,
        is_postponed: true,
      }),
    )
    expect(received).toHaveLength(1)
  })

  test("with response status 410 disables the endpoint", async () => {
    statusOf = () => 410
    const endpointId = await queued()
    await during(async () =>
      expect(await deliveryOf(endpointId)).toMatchObject({
        status: "FAILED",
        disabled_reason: expect.any(String),
      }),
    )
  })

  test("does not follow a redirect", async () => {
    statusOf = (path) => (path === "/hook" ? 302 : 200)
    const endpointId = await queued()
    await during(async () =>
      expect(await deliveryOf(endpointId)).toMatchObject({ status: "PENDING", last_status: 302 }),
    )
    expect(received).toHaveLength(1)
  })
})
