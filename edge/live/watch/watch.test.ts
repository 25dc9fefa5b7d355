import { runInDurableObject } from "cloudflare:test"
import { beforeAll, describe, expect, test } from "vitest"
import {
  cloudEvent,
  hasReached,
  relayEvents,
  subscribe,
  subscribeByWebSocket,
} from "../../testing/live-channel.ts"
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

describe("a job's channel", () => {
  test("starts with a snapshot and publishes every change, with the totals of the polling API", async () => {
    const job = await newJob(user, [jpeg(100), jpeg(300)])
    const second = job.items[1]?.photoId ?? ""
    const channel = await subscribe(`/queries/upload-jobs/${job.jobId}/events`, user.token)
    const [snapshot] = await channel.until((all) => all.length > 0)
    expect(snapshot).toMatchObject({ type: "snapshot", job: { totalCount: 2, progress: 0, bytesTotal: 400 } })

    const uploaded = {
      type: "PhotoUploadCompleted",
      photoId: second,
      sequence: 11,
      data: { status: "PROCESSING" },
    }
    const data = { status: "COMPLETED", bytesSent: 300 }
    const completed = { type: "PhotoProcessingCompleted", photoId: second, sequence: 12, data }
    await relayEvents([cloudEvent(job, uploaded, user), cloudEvent(job, completed, user)])
    const received = await channel.until(hasReached(second, "COMPLETED"))
    expect(received.at(-1)).toMatchObject({
      photoId: second,
      progress: 100,
      job: { status: "IN_PROGRESS", progress: 75, completedCount: 1, bytesSent: 300 },
    })
    await rows(`update photos set status = 'COMPLETED' where photo_id = $1`, second)
    const polled = await send("GET", `/queries/upload-jobs/${job.jobId}`, { token: user.token })
    expect(await polled.json()).toMatchObject({ progress: 75, bytesSent: 300, bytesTotal: 400 })
    await channel.close()
  })

  test("publishes an event once even if it is relayed several times, and ignores a late one", async () => {
    const job = await newJob(user, [jpeg(100)])
    const photoId = job.items[0]?.photoId ?? ""
    const channel = await subscribe(`/queries/upload-jobs/${job.jobId}/events`, user.token)
    const event = (type: string, sequence: number, status: string) =>
      cloudEvent(job, { type, photoId, sequence, data: { status } }, user)
    const completed = event("PhotoProcessingCompleted", 20, "COMPLETED")
    const late = event("PhotoUploadCompleted", 19, "PROCESSING")
    for (const each of [completed, completed, late, completed]) await relayEvents([each])
    await relayEvents([cloudEvent(job, { type: "UploadJobCompleted", sequence: 21 }, user)])
    const received = await channel.until((all) => all.some(({ type }) => type === "job"))
    expect(received.map(({ type }) => type)).toEqual(["snapshot", "photo", "job"])
    expect(received.at(-1)).toMatchObject({ job: { terminal: true, status: "COMPLETED", progress: 100 } })
    await channel.close()
  })

  test("publishes every event when concurrent events load the job", async () => {
    const job = await newJob(user, [jpeg(100), jpeg(100)])
    const completed = (index: number) => {
      const photoId = job.items[index]?.photoId ?? ""
      const data = { status: "COMPLETED" }
      const event = { type: "PhotoProcessingCompleted", photoId, sequence: 20 + index, data }
      return relayEvents([cloudEvent(job, event, user)])
    }
    // Only the events contain COMPLETED, the photo rows do not, so a read cannot replace a lost event.
    await Promise.all([completed(0), completed(1)])
    const channel = await subscribe(`/queries/upload-jobs/${job.jobId}/events`, user.token)
    const [snapshot] = await channel.until((all) => all.length > 0)
    expect(snapshot).toMatchObject({ type: "snapshot", job: { completedCount: 2, progress: 100 } })
    await channel.close()
  })

  test("publishes a client's progress before it is in the database", async () => {
    const job = await newJob(user, [jpeg(100)])
    const photoId = job.items[0]?.photoId ?? ""
    const channel = await subscribe(`/queries/upload-jobs/${job.jobId}/events`, user.token)
    await channel.until((all) => all.length > 0)
    await send("POST", "/commands/upload/progress", {
      token: user.token,
      body: { photoId, bytesSent: 50, bytesTotal: 100 },
    })
    const received = await channel.until((all) => all.length > 1)
    expect(received[1]).toMatchObject({
      id: null,
      photoId,
      status: "UPLOADING",
      progress: 40,
      job: { progress: 40 },
    })
    await channel.close()
  })

  test("of another user, or of an unknown job, is 404", async () => {
    const otherUser = await newUser()
    const job = await newJob(user)
    const path = `/queries/upload-jobs/${job.jobId}/events`
    await expectProblem(await send("GET", path, { token: otherUser.token }), 404, "not-found")
    await expectProblem(
      await send("GET", "/queries/upload-jobs/job_1/events", { token: user.token }),
      404,
      "not-found",
    )
  })
})

describe("the user's channel", () => {
  test("publishes events of every job, over a WebSocket too, with ids to resume from", async () => {
    const owner = await newUser()
    const job = await newJob(owner, [jpeg(1)])
    const photoId = job.items[0]?.photoId ?? ""
    const socket = await subscribeByWebSocket("/queries/events", owner.token)
    const cancelled = { type: "PhotoCancelled", photoId, sequence: 40, data: { status: "CANCELLED" } }
    await relayEvents([cloudEvent(job, cancelled, owner)])
    expect(await socket.until((all) => all.length === 1)).toMatchObject([
      { type: "photo", photoId, status: "CANCELLED", id: 1 },
    ])
    socket.close()
  })

  test("can be opened twenty times concurrently", async () => {
    const owner = await newUser()
    const channels = await Promise.all(
      Array.from({ length: 20 }, () => subscribe("/queries/events", owner.token)),
    )
    await expectProblem(
      await send("GET", "/queries/events", { token: owner.token }),
      429,
      "too-many-channels",
    )
    for (const channel of channels) await channel.close()
  })
})

test("at the limit, a WebSocket that sent no ping for a minute is closed and a new channel is accepted", async () => {
  const owner = await newUser()
  for (let count = 0; count < 20; count += 1) await subscribeByWebSocket("/queries/events", owner.token)
  await expectProblem(await send("GET", "/queries/events", { token: owner.token }), 429, "too-many-channels")
  const object = config.userChannels.get(config.userChannels.idFromName(owner.userId))
  await runInDurableObject(object, (_, state) => {
    for (const socket of state.getWebSockets()) {
      const attachment = socket.deserializeAttachment() as { openedAt: number }
      socket.serializeAttachment({ ...attachment, openedAt: attachment.openedAt - 61_000 })
    }
  })
  const channel = await subscribe("/queries/events", owner.token)
  await channel.close()
})

test("a channel of a disabled user is 401", async () => {
  const owner = await newUser()
  await rows("update users set status = 'DISABLED' where user_id = $1", owner.userId)
  await expectProblem(await send("GET", "/queries/events", { token: owner.token }), 401, "unauthenticated")
})
