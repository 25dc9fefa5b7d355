import { env } from "cloudflare:workers"
import { createHmac } from "node:crypto"
import { beforeAll, describe, expect, test, vi } from "vitest"
import type { CreateUploadJobResponse } from "../commands/create-upload-job/schema.ts"
import {
  config,
  expectProblem,
  forgeToken,
  jpeg,
  newJob,
  newUser,
  rows,
  send,
  type TestUser,
} from "../testing/test-api.ts"
import type { LiveMessage } from "./schema.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const signed = (
  body: string,
  secret = config.eventsEndpointSecret,
  timestamp = Math.floor(Date.now() / 1000),
) => {
  const key = Buffer.from(secret.slice("whsec_".length), "base64")
  const signature = createHmac("sha256", key).update(`msg_1.${timestamp}.${body}`).digest("base64")
  return {
    "content-type": "application/cloudevents-batch+json",
    "webhook-id": "msg_1",
    "webhook-timestamp": String(timestamp),
    "webhook-signature": `v1,${signature}`,
  }
}

type Told = { type: string; photoId?: string; data?: object; sequence: number; id?: string }

const cloudEvent = (job: CreateUploadJobResponse, told: Told, owner = user) => ({
  specversion: "1.0",
  id: told.id ?? `evt_${job.jobId}_${told.sequence}`,
  source: "urn:rapid-photo-upload:test",
  type: `rapid-photo-upload.${told.type}.v1`,
  time: new Date().toISOString(),
  userid: owner.userId,
  sequence: String(told.sequence),
  data: { jobId: job.jobId, ...(told.photoId && { photoId: told.photoId }), status: "QUEUED", ...told.data },
})

const relay = (events: object[]) => {
  const rawBody = JSON.stringify(events)
  return send("POST", "/internal/events", { headers: signed(rawBody), rawBody })
}

/** An open SSE stream, read as it comes. */
const listen = async (
  path: string,
  headers: Record<string, string> = {},
  token: string | null = user.token,
) => {
  const response = await send("GET", path, { ...(token && { token }), headers })
  expect(response.status).toBe(200)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ""
  const messages = () =>
    text.split("\n\n").flatMap((frame) => {
      const data = /^data: (.*)$/m.exec(frame)?.[1]
      const id = /^id: (.*)$/m.exec(frame)?.[1]
      return data ? [{ id: id ? Number(id) : null, ...(JSON.parse(data) as LiveMessage) }] : []
    })
  const until = async (isEnough: (all: ReturnType<typeof messages>) => boolean) => {
    while (!isEnough(messages())) {
      const chunk = await reader?.read()
      if (!chunk || chunk.done) throw new Error(`the stream ended with ${text}`)
      text += chunk.value
    }
    return messages()
  }
  return { until, leave: () => reader?.cancel() }
}

const upTo = (photoId: string, status: string) => (all: object[]) =>
  all.some(
    (message) =>
      "photoId" in message && message.photoId === photoId && "status" in message && message.status === status,
  )

describe("the events endpoint", () => {
  test.each([
    ["another secret", (body: string) => signed(body, `whsec_${btoa("x".repeat(24))}`)],
    ["an old timestamp", (body: string) => signed(body, undefined, Math.floor(Date.now() / 1000) - 400)],
    ["no signature", () => ({ "content-type": "application/cloudevents-batch+json" })],
    ["the signature of another body", () => signed("[]")],
  ])("refuses what comes with %s", async (_, headersOf) => {
    const rawBody = JSON.stringify([{}])
    await expectProblem(
      await send("POST", "/internal/events", { rawBody, headers: headersOf(rawBody) }),
      401,
      "bad-signature",
    )
  })

  test("refuses what is no event of ours, and says where", async () => {
    const job = await newJob(user)
    for (const wrong of [{}, { ...cloudEvent(job, { type: "PhotoQueued", sequence: 1 }), type: "x" }])
      await expectProblem(await relay([wrong]), 422, "validation-failed")
  })
})

test("what happens to a disabled user's photos is taken all the same: the relay waits for nobody", async () => {
  const owner = await newUser()
  const job = await newJob(owner)
  await rows("update users set status = 'DISABLED' where user_id = $1", owner.userId)
  const response = await relay([cloudEvent(job, { type: "UploadJobCompleted", sequence: 1 }, owner)])
  expect(response.status).toBe(204)
})

describe("a job's channel", () => {
  test("begins with everything as it is and tells every change, with the totals that polling has", async () => {
    const job = await newJob(user, [jpeg(100), jpeg(300)])
    const [first = "", second = ""] = job.items.map(({ photoId }) => photoId)
    const channel = await listen(`/queries/upload-jobs/${job.jobId}/events`)
    const [snapshot] = await channel.until((all) => all.length > 0)
    expect(snapshot).toMatchObject({ type: "snapshot", job: { totalCount: 2, progress: 0, bytesTotal: 400 } })

    const data = { status: "COMPLETED", bytesSent: 300 }
    await relay([
      cloudEvent(job, {
        type: "PhotoUploadCompleted",
        photoId: second,
        sequence: 11,
        data: { status: "PROCESSING" },
      }),
      cloudEvent(job, { type: "PhotoProcessingCompleted", photoId: second, sequence: 12, data }),
    ])
    const told = await channel.until(upTo(second, "COMPLETED"))
    expect(told.at(-1)).toMatchObject({
      photoId: second,
      progress: 100,
      job: { status: "IN_PROGRESS", progress: 75, completedCount: 1, bytesSent: 300 },
    })
    await rows(`update photos set status = 'COMPLETED' where photo_id = $1`, second)
    const polled = await send("GET", `/queries/upload-jobs/${job.jobId}`, { token: user.token })
    expect(await polled.json()).toMatchObject({ progress: 75, bytesSent: 300, bytesTotal: 400 })
    expect(first).not.toBe(second)
    await channel.leave()
  })

  test("tells the same event once, however often it is relayed, and never goes back for a late one", async () => {
    const job = await newJob(user, [jpeg(100)])
    const [photoId = ""] = job.items.map((item) => item.photoId)
    const channel = await listen(`/queries/upload-jobs/${job.jobId}/events`)
    const completed = cloudEvent(job, {
      type: "PhotoProcessingCompleted",
      photoId,
      sequence: 20,
      data: { status: "COMPLETED" },
    })
    const late = cloudEvent(job, {
      type: "PhotoUploadCompleted",
      photoId,
      sequence: 19,
      data: { status: "PROCESSING" },
    })
    for (const event of [completed, completed, late, completed]) await relay([event])
    await relay([cloudEvent(job, { type: "UploadJobCompleted", sequence: 21 })])
    const told = await channel.until((all) => all.some(({ type }) => type === "job"))
    expect(told.map(({ type }) => type)).toEqual(["snapshot", "photo", "job"])
    expect(told.at(-1)).toMatchObject({ job: { terminal: true, status: "COMPLETED", progress: 100 } })
    await channel.leave()
  })

  test("shows a client's progress at once, before it is in the database", async () => {
    const job = await newJob(user, [jpeg(100)])
    const [photoId = ""] = job.items.map((item) => item.photoId)
    const channel = await listen(`/queries/upload-jobs/${job.jobId}/events`)
    await channel.until((all) => all.length > 0)
    await send("POST", "/commands/upload/progress", {
      token: user.token,
      body: { photoId, bytesSent: 50, bytesTotal: 100 },
    })
    const told = await channel.until((all) => all.length > 1)
    expect(told[1]).toMatchObject({
      id: null,
      photoId,
      status: "UPLOADING",
      progress: 40,
      job: { progress: 40 },
    })
    await channel.leave()
  })

  test("goes on behind the last id: nothing is missed and nothing comes twice", async () => {
    const job = await newJob(user, [jpeg(1), jpeg(1), jpeg(1)])
    const ids = job.items.map(({ photoId }) => photoId)
    const path = `/queries/upload-jobs/${job.jobId}/events`
    const tell = (index: number) =>
      relay([
        cloudEvent(job, {
          type: "PhotoProcessingCompleted",
          photoId: ids[index] ?? "",
          sequence: 30 + index,
          data: { status: "COMPLETED" },
        }),
      ])
    const before = await listen(path)
    await tell(0)
    const seen = await before.until(upTo(ids[0] ?? "", "COMPLETED"))
    await before.leave()
    await tell(1)
    await tell(2)
    for (const headers of [{ "last-event-id": String(seen.at(-1)?.id) }]) {
      const after = await listen(path, headers)
      const told = await after.until(upTo(ids[2] ?? "", "COMPLETED"))
      expect(told.map((message) => "photoId" in message && message.photoId)).toEqual([ids[1], ids[2]])
      await after.leave()
    }
  })

  test("says so when what was missed is not kept any more", async () => {
    const job = await newJob(user)
    const channel = await listen(`/queries/upload-jobs/${job.jobId}/events`, { "last-event-id": "999999" })
    expect((await channel.until((all) => all.length > 0))[0]).toMatchObject({ type: "reset" })
    await channel.leave()
  })

  test("of another user, or of no job, is 404", async () => {
    const stranger = await newUser()
    const job = await newJob(user)
    const path = `/queries/upload-jobs/${job.jobId}/events`
    await expectProblem(await send("GET", path, { token: stranger.token }), 404, "not-found")
    await expectProblem(
      await send("GET", "/queries/upload-jobs/job_1/events", { token: user.token }),
      404,
      "not-found",
    )
  })
})

describe("the user's channel", () => {
  test("tells of every job, also over WebSocket, with ids to come back with", async () => {
    const owner = await newUser()
    const job = await newJob(owner, [jpeg(1)])
    const [photoId = ""] = job.items.map((item) => item.photoId)
    const { ticket } = await (await send("POST", "/auth/live-ticket", { token: owner.token })).json<{
      ticket: string
    }>()
    const response = await send("GET", `/queries/events?ticket=${ticket}`, {
      headers: { upgrade: "websocket" },
    })
    expect(response.status).toBe(101)
    const received: (LiveMessage & { id?: string })[] = []
    const socket = response.webSocket
    socket?.accept()
    socket?.addEventListener("message", ({ data }) => received.push(JSON.parse(String(data))))
    await relay([
      cloudEvent(
        job,
        { type: "PhotoCancelled", photoId, sequence: 40, data: { status: "CANCELLED" } },
        owner,
      ),
    ])
    await vi.waitFor(() => expect(received).toHaveLength(1))
    expect(received[0]).toMatchObject({ type: "photo", photoId, status: "CANCELLED", id: "1" })
    socket?.close()
  })

  test("has room for twenty listeners", async () => {
    const owner = await newUser()
    const channels = await Promise.all(
      Array.from({ length: 20 }, () => listen("/queries/events", {}, owner.token)),
    )
    await expectProblem(
      await send("GET", "/queries/events", { token: owner.token }),
      429,
      "too-many-channels",
    )
    for (const channel of channels) await channel.leave()
  })
})

describe("a ticket", () => {
  const newTicket = async () =>
    (await (await send("POST", "/auth/live-ticket", { token: user.token })).json<{ ticket: string }>()).ticket

  test("opens one channel and no second one", async () => {
    const path = `/queries/events?ticket=${await newTicket()}`
    const channel = await listen(path, {}, null)
    await channel.leave()
    await expectProblem(await send("GET", path), 401, "unauthenticated")
  })

  test("that was changed, or is of another user, opens none", async () => {
    const ticket = await newTicket()
    const stranger = await newUser()
    for (const wrong of [`${ticket}0`, ticket.replace(user.userId, stranger.userId), "", "x.y"])
      await expectProblem(await send("GET", `/queries/events?ticket=${wrong}`), 401, "unauthenticated")
  })

  test("is given for a token that may read only", async () => {
    await expectProblem(await send("POST", "/auth/live-ticket"), 401, "unauthenticated")
    const writer = await forgeToken({ sub: user.userId, scope: "photos:write" })
    await expectProblem(await send("POST", "/auth/live-ticket", { token: writer }), 403, "insufficient-scope")
  })

  test("opens nothing for a user who was disabled meanwhile", async () => {
    const owner = await newUser()
    await rows("update users set status = 'DISABLED' where user_id = $1", owner.userId)
    await expectProblem(await send("GET", "/queries/events", { token: owner.token }), 401, "unauthenticated")
    expect(env).toBeDefined()
  })
})
