import { expect, test } from "vitest"
import type { CreateUploadJobResponse } from "../../commands/create-upload-job/schema.ts"
import {
  cloudEvent,
  hasReached,
  relayEvents,
  subscribe,
  subscribeByWebSocket,
} from "../../testing/live-channel.ts"
import { jpeg, newJob, newUser, type TestUser } from "../../testing/test-api.ts"

const completePhoto = (job: CreateUploadJobResponse, index: number, owner: TestUser) => {
  const photoId = job.items[index]?.photoId ?? ""
  const data = { status: "COMPLETED" }
  const event = { type: "PhotoProcessingCompleted", photoId, sequence: 30 + index, data }
  return relayEvents([cloudEvent(job, event, owner)])
}

const openSse = (path: string, token: string, lastId?: number) =>
  subscribe(path, token, lastId === undefined ? {} : { "last-event-id": String(lastId) })

const openWebSocket = (path: string, token: string, lastId?: number) =>
  subscribeByWebSocket(lastId === undefined ? path : `${path}?lastEventId=${lastId}`, token)

test.each([
  ["SSE client", openSse],
  ["WebSocket", openWebSocket],
] as const)("a reconnecting %s receives every missed message exactly once", async (_, open) => {
  const user = await newUser()
  const job = await newJob(user, [jpeg(1), jpeg(1), jpeg(1), jpeg(1)])
  const ids = job.items.map(({ photoId }) => photoId)
  const path = `/queries/upload-jobs/${job.jobId}/events`
  const before = await open(path, user.token)
  await completePhoto(job, 0, user)
  const seen = await before.until(hasReached(ids[0] ?? "", "COMPLETED"))
  const lastId = seen.at(-1)?.id ?? 0
  await before.close()
  await completePhoto(job, 1, user)
  await completePhoto(job, 2, user)

  const after = await open(path, user.token, lastId)
  await completePhoto(job, 3, user)
  const received = await after.until(hasReached(ids[3] ?? "", "COMPLETED"))
  expect(received.map((message) => message.type === "photo" && message.photoId)).toEqual(ids.slice(1))
  expect(received.map(({ id }) => id)).toEqual([lastId + 1, lastId + 2, lastId + 3])
  await after.close()
})

test("a client whose missed messages are no longer stored receives a reset", async () => {
  const user = await newUser()
  const job = await newJob(user)
  const channel = await subscribe(`/queries/upload-jobs/${job.jobId}/events`, user.token, {
    "last-event-id": "999999",
  })
  expect((await channel.until((all) => all.length > 0))[0]).toMatchObject({ type: "reset" })
  await channel.close()
})
