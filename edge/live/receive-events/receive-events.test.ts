import { runInDurableObject } from "cloudflare:test"
import { beforeAll, describe, expect, test } from "vitest"
import { cloudEvent, hasReached, relayEvents, signedHeaders, subscribe } from "../../testing/live-channel.ts"
import {
  config,
  expectProblem,
  jpeg,
  newJob,
  newUser,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"

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

  test("rejects a batch with an event that lacks a valid user or a job", async () => {
    const job = await newJob(user)
    const event = cloudEvent(job, { type: "PhotoQueued", sequence: 1 }, user)
    for (const wrong of [{}, { ...event, userid: "nobody" }, { ...event, data: {} }])
      await expectProblem(await relayEvents([event, wrong]), 422, "validation-failed")
  })

  test("accepts an empty batch, which the relay sends as a health check", async () => {
    const response = await relayEvents([])
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ accepted: 0, failed: [] })
  })

  test("accepts events of a disabled user, so that they do not block the relay", async () => {
    const owner = await newUser()
    const job = await newJob(owner)
    await rows("update users set status = 'DISABLED' where user_id = $1", owner.userId)
    const response = await relayEvents([cloudEvent(job, { type: "UploadJobCompleted", sequence: 1 }, owner)])
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ accepted: 1, failed: [] })
  })

  test("accepts the events of every other user when the Durable Objects of some users fail", async () => {
    const broken = await Promise.all(Array.from({ length: 7 }, newUser))
    const brokenEvents: ReturnType<typeof cloudEvent>[] = []
    for (const owner of broken) {
      const job = await newJob(owner)
      brokenEvents.push(cloudEvent(job, { type: "UploadJobCompleted", sequence: 1 }, owner))
      await breakDurableObject(owner)
    }
    const job = await newJob(user, [jpeg()])
    const photoId = job.items[0]?.photoId ?? ""
    const event = cloudEvent(
      job,
      { type: "PhotoUploadStarted", sequence: 10, photoId, data: { status: "UPLOADING" } },
      user,
    )
    const live = await subscribe(`/queries/upload-jobs/${job.jobId}/events`, user.token)

    const response = await relayEvents([...brokenEvents, event])

    expect(response.status).toBe(200)
    const result = await response.json<{ accepted: number; failed: { id: string; reason: string }[] }>()
    expect(result.accepted).toBe(1)
    expect(result.failed.map(({ id, reason }) => [id, reason])).toEqual(
      brokenEvents.map(({ id }) => [id, "USER_UNAVAILABLE"]),
    )
    await live.until(hasReached(photoId, "UPLOADING"))
    await live.close()
  })

  test("reports an invalid event and the later events of its job, and accepts all others", async () => {
    const [first, second] = [await newJob(user), await newJob(user)]
    const at = (job: typeof first, sequence: number, type = "UploadJobCompleted") =>
      cloudEvent(job, { type, sequence, id: `evt_${job.jobId}_${sequence}` }, user)
    const invalid = at(first, 2, "NotAnEventType")
    const response = await relayEvents([at(first, 1), invalid, at(second, 3), at(first, 4)])
    const result = await response.json<{ accepted: number; failed: object[] }>()
    expect(result.accepted).toBe(2)
    expect(result.failed).toEqual([
      { id: invalid.id, reason: "INVALID_EVENT", detail: expect.stringContaining("event type") },
      { id: at(first, 4).id, reason: "BEHIND_FAILED_EVENT", detail: expect.any(String) },
    ])
  })
})

/** Drops the message log of a user's Durable Object, so that every event for this user fails. */
const breakDurableObject = async ({ userId }: TestUser): Promise<void> => {
  const stub = config.userChannels.get(config.userChannels.idFromName(userId))
  await runInDurableObject(stub, (_, state) => {
    state.storage.sql.exec("drop table messages")
  })
}
