import { beforeAll, describe, expect, test } from "vitest"
import { cloudEvent, relayEvents, signedHeaders } from "../../testing/live-channel.ts"
import { expectProblem, newJob, newUser, rows, send, type TestUser } from "../../testing/test-api.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

describe("the events endpoint", () => {
  test.each([
    ["another secret", (body: string) => signedHeaders(body, `whsec_${btoa("x".repeat(24))}`)],
    [
      "an old timestamp",
      (body: string) => signedHeaders(body, undefined, Math.floor(Date.now() / 1000) - 400),
    ],
    ["no signature", () => ({ "content-type": "application/cloudevents-batch+json" })],
    ["the signature of another body", () => signedHeaders("[]")],
  ])("rejects a request with %s", async (_, headersOf) => {
    const rawBody = JSON.stringify([{}])
    await expectProblem(
      await send("POST", "/internal/events", { rawBody, headers: headersOf(rawBody) }),
      401,
      "bad-signature",
    )
  })

  test("rejects what is not an event, with a pointer to it", async () => {
    const job = await newJob(user)
    for (const wrong of [{}, { ...cloudEvent(job, { type: "PhotoQueued", sequence: 1 }, user), type: "x" }])
      await expectProblem(await relayEvents([wrong]), 422, "validation-failed")
  })

  test("accepts events of a disabled user: they must not hold up the relay", async () => {
    const owner = await newUser()
    const job = await newJob(owner)
    await rows("update users set status = 'DISABLED' where user_id = $1", owner.userId)
    const response = await relayEvents([cloudEvent(job, { type: "UploadJobCompleted", sequence: 1 }, owner)])
    expect(response.status).toBe(204)
  })
})
