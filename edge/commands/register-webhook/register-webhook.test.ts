import { beforeEach, describe, expect, test } from "vitest"
import { expectProblem, newUser, rows, send, type TestUser } from "../../testing/test-api.ts"
import type { RegisterWebhookResponse } from "./schema.ts"

let user: TestUser
beforeEach(async () => {
  user = await newUser()
})

const register = (body: object) => send("POST", "/commands/webhooks", { token: user.token, body })
const registered = async (body: object = { url: "https://example.com/hook" }) => {
  const response = await register(body)
  expect(response.status).toBe(201)
  return response.json<RegisterWebhookResponse>()
}

describe("registering a webhook", () => {
  test("returns the secret once; queries never return it", async () => {
    const endpoint = await registered({ url: "https://example.com/hook", eventTypes: ["PhotoFailed"] })
    expect(endpoint).toMatchObject({
      endpointId: expect.stringMatching(/^whk_/),
      eventTypes: ["PhotoFailed"],
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32}$/),
    })
    const list = await send("GET", "/queries/webhooks", { token: user.token })
    expect(await list.json()).toEqual({
      items: [
        {
          endpointId: endpoint.endpointId,
          url: "https://example.com/hook",
          eventTypes: ["PhotoFailed"],
          disabledAt: null,
          disabledReason: null,
          createdAt: expect.any(String),
        },
      ],
    })
  })

  test("allows five webhooks per user, also with concurrent requests", async () => {
    const responses = await Promise.all(
      Array.from({ length: 8 }, () => register({ url: "https://example.com/hook" })),
    )
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(5)
    await expectProblem(await register({ url: "https://example.com/hook" }), 409, "too-many-webhooks")
  })

  test.each(["http://example.com/", "ftp://example.com/", "https://user:pw@example.com/", "not a url"])(
    "rejects %s",
    async (url) => {
      await expectProblem(await register({ url }), 422, "validation-failed")
    },
  )

  test.each(["http://127.0.0.1:9/hook", "http://localhost:9/hook"])(
    "accepts the loopback URL %s in a test environment only",
    async (url) => {
      expect((await register({ url })).status).toBe(201)
      const variables = { ENVIRONMENT: "production" }
      const inProduction = { token: user.token, body: { url }, variables }
      await expectProblem(await send("POST", "/commands/webhooks", inProduction), 422, "validation-failed")
    },
  )

  test("is in the audit log", async () => {
    await registered()
    expect(await rows("select action, outcome from audit_log where user_id = $1", user.userId)).toEqual([
      { action: "register-webhook", outcome: "registered" },
    ])
  })
})

describe("a webhook", () => {
  test("gets a new secret; the previous one stays valid for one day", async () => {
    const { endpointId, secret } = await registered()
    const path = `/commands/webhooks/${endpointId}/rotate-secret`
    const rotated = await (await send("POST", path, { token: user.token })).json<{ secret: string }>()
    expect(rotated.secret).not.toBe(secret)
    const stored = await rows(
      `select secret, previous_secret, previous_secret_expires_at > now() + interval '23 hours' as is_good
       from webhook_endpoints where endpoint_id = $1`,
      endpointId,
    )
    expect(stored).toEqual([{ secret: rotated.secret, previous_secret: secret, is_good: true }])
  })

  test("is deleted together with its pending deliveries", async () => {
    const { endpointId } = await registered()
    await rows(
      `insert into webhook_deliveries (endpoint_id, event_id, event) values ($1, 'evt_1', '{"type": "x"}')`,
      endpointId,
    )
    const path = `/commands/webhooks/${endpointId}`
    expect((await send("DELETE", path, { token: user.token })).status).toBe(204)
    await expectProblem(await send("DELETE", path, { token: user.token }), 404, "not-found")
    expect(await rows("select 1 from webhook_deliveries where endpoint_id = $1", endpointId)).toEqual([])
  })

  test("lists its deliveries in pages", async () => {
    const { endpointId } = await registered()
    await rows(
      `insert into webhook_deliveries (endpoint_id, event_id, event, status, attempts, last_status)
       select $1, 'evt_' || n, '{"type": "rapid-photo-upload.PhotoQueued.v1"}', 'DELIVERED', 1, 200
       from generate_series(1, 5) n`,
      endpointId,
    )
    const path = `/queries/webhooks/${endpointId}/deliveries`
    const request = async (query: string) =>
      (await send("GET", `${path}${query}`, { token: user.token })).json<{
        items: { eventId: string; status: string }[]
        nextCursor: string | null
      }>()
    const first = await request("?size=3")
    const second = await request(`?size=3&cursor=${first.nextCursor}`)
    expect([...first.items, ...second.items].map(({ eventId }) => eventId)).toEqual([
      "evt_5",
      "evt_4",
      "evt_3",
      "evt_2",
      "evt_1",
    ])
    expect(second.nextCursor).toBeNull()
  })

  test("lists current deliveries: 304 only until the next attempt is recorded", async () => {
    const { endpointId } = await registered()
    await rows(
      `insert into webhook_deliveries (endpoint_id, event_id, event, attempts, next_attempt_at)
       values ($1, 'evt_1', '{"type": "x"}', 1, now() + interval '1 minute')`,
      endpointId,
    )
    const request = (headers: Record<string, string> = {}) =>
      send("GET", `/queries/webhooks/${endpointId}/deliveries`, { token: user.token, headers })
    const etag = (await request()).headers.get("etag") ?? ""
    expect((await request({ "if-none-match": etag })).status).toBe(304)
    await rows(
      `update webhook_deliveries set last_status = 500, next_attempt_at = now() + interval '5 minutes'
       where endpoint_id = $1`,
      endpointId,
    )
    const changed = await request({ "if-none-match": etag })
    expect(changed.status).toBe(200)
    expect(await changed.json()).toMatchObject({
      items: [{ eventId: "evt_1", attempts: 1, lastStatus: 500 }],
    })
  })

  test("of another user is 404 and is unchanged", async () => {
    const { endpointId } = await registered()
    const { token } = await newUser()
    const responses = [
      await send("POST", `/commands/webhooks/${endpointId}/rotate-secret`, { token }),
      await send("DELETE", `/commands/webhooks/${endpointId}`, { token }),
      await send("GET", `/queries/webhooks/${endpointId}/deliveries`, { token }),
    ]
    for (const response of responses) await expectProblem(response, 404, "not-found")
    expect(
      await rows("select previous_secret from webhook_endpoints where endpoint_id = $1", endpointId),
    ).toEqual([{ previous_secret: null }])
  })
})
