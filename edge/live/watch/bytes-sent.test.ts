import { expect, test, vi } from "vitest"
import type { UploadJobSnapshot } from "../../queries/get-upload-job/schema.ts"
import {
  cloudEvent,
  hasReached,
  type ReceivedMessage,
  relayEvents,
  subscribe,
  subscribeByWebSocket,
} from "../../testing/live-channel.ts"
import { jpeg, newJob, newUser, put, rows, send, type TestUser } from "../../testing/test-api.ts"

const body = "x".repeat(1000)

const poll = async (jobId: string, user: TestUser): Promise<UploadJobSnapshot> =>
  (await send("GET", `/queries/upload-jobs/${jobId}`, { token: user.token })).json()

const bytesSentOf = (messages: readonly ReceivedMessage[]) =>
  messages.flatMap((message) => ("job" in message ? [message.job.bytesSent] : []))

/** A job of one photo that is stored and fails afterwards. */
const newFailedPhoto = async (user: TestUser) => {
  const job = await newJob(user, [jpeg(body.length)])
  const [item] = job.items
  if (!item) throw new Error("no item")
  expect(await put(item, body)).toBe(200)
  await send("POST", `/commands/upload/${item.photoId}/finalize`, { token: user.token })
  expect(await poll(job.jobId, user)).toMatchObject({ bytesSent: body.length })
  const fail = "update photos set status = 'FAILED', failure_reason = 'CORRUPT' where photo_id = $1"
  await rows(fail, item.photoId)
  return { job, photoId: item.photoId }
}

test("polling: bytesSent does not decrease when a photo fails or is deleted afterwards", async () => {
  const user = await newUser()
  const { job, photoId } = await newFailedPhoto(user)
  expect(await poll(job.jobId, user)).toMatchObject({
    bytesSent: body.length,
    items: [{ status: "FAILED", bytesSent: body.length }],
  })
  await send("DELETE", `/commands/photos/${photoId}`, { token: user.token })
  expect(await poll(job.jobId, user)).toMatchObject({ items: [], bytesSent: body.length })
})

test("a channel that is opened after a photo failed starts with the same bytesSent as polling", async () => {
  const user = await newUser()
  const { job } = await newFailedPhoto(user)
  const channel = await subscribe(`/queries/upload-jobs/${job.jobId}/events`, user.token)
  expect(bytesSentOf(await channel.until((all) => all.length > 0))).toEqual([body.length])
  await channel.close()
})

test.each([
  ["SSE", subscribe],
  ["WebSocket", subscribeByWebSocket],
] as const)("%s: bytesSent does not decrease when a photo fails", async (_, open) => {
  const user = await newUser()
  const job = await newJob(user, [jpeg(body.length)])
  const photoId = job.items[0]?.photoId ?? ""
  const channel = await open(`/queries/upload-jobs/${job.jobId}/events`, user.token)
  const event = (type: string, sequence: number, data: object) =>
    cloudEvent(job, { type, photoId, sequence, data }, user)
  await relayEvents([
    event("PhotoUploadCompleted", 10, { status: "PROCESSING", bytesSent: 0 }),
    event("PhotoFailed", 11, { status: "FAILED", failureReason: "CORRUPT", bytesSent: 0 }),
  ])
  const received = await channel.until(hasReached(photoId, "FAILED"))
  expect(bytesSentOf(received)).toEqual([0, body.length, body.length])
  await channel.close()
})

test("a channel that is opened before progress is written starts with that progress", async () => {
  const user = await newUser()
  const job = await newJob(user, [jpeg(body.length)])
  const photoId = job.items[0]?.photoId ?? ""
  const report = (bytesSent: number) =>
    send("POST", "/commands/upload/progress", {
      token: user.token,
      body: { photoId, bytesSent, bytesTotal: body.length },
    })
  // The first report is written immediately, the second one a second later.
  await report(100)
  await vi.waitFor(async () => expect(await poll(job.jobId, user)).toMatchObject({ bytesSent: 100 }), {
    timeout: 5000,
  })
  await report(300)
  const channel = await subscribe(`/queries/upload-jobs/${job.jobId}/events`, user.token)
  expect(bytesSentOf(await channel.until((all) => all.length > 0))).toEqual([300])
  await channel.close()
})
