import postgres from "postgres"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { LiveMessage } from "../edge/live/schema.ts"
import { createBatch } from "./driver/create-batch.ts"
import { uploadBatch } from "./driver/upload-batch.ts"
import { watchUploadJob } from "./driver/watch-upload-job.ts"
import { subscribeBySse, subscribeByWebSocket } from "./live-subscribers.ts"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser } from "./running-system.ts"

let system: RunningSystem
let rows: postgres.Sql
beforeAll(async () => {
  system = await runSystem()
  rows = postgres(system.databaseUrl, { max: 1 })
})
afterAll(async () => {
  await rows?.end()
  await system?.end()
})

const isEnd = (message: LiveMessage) => message.type === "job" && message.job.terminal

/** The state of a client after these messages. */
const stateOf = (messages: readonly LiveMessage[]) => {
  const photos = new Map<string, string>()
  let totals: object = {}
  for (const message of messages) {
    if (message.type === "snapshot")
      for (const { photoId, status } of message.photos) photos.set(photoId, status)
    if (message.type === "photo") photos.set(message.photoId, message.status)
    if ("job" in message) totals = message.job
  }
  return { photos: Object.fromEntries([...photos].sort()), totals }
}

describe("a job of a hundred photos", () => {
  test("has the same final state over SSE, WebSocket and polling, and no count ever decreases", async () => {
    const api = await signedInUser(system.edgeUrl)
    const batch = await createBatch(api, await smallPhotos(100))
    const { jobId } = batch
    if (!jobId) throw new Error("the job was not created")
    const path = `/queries/upload-jobs/${jobId}/events`
    const sse = subscribeBySse(`${system.edgeUrl}${path}?ticket=${(await api.getLiveTicket()).ticket}`)
    const socket = subscribeByWebSocket(
      `${system.edgeUrl}${path}?ticket=${(await api.getLiveTicket()).ticket}`,
    )
    await Promise.all([sse.opened, socket.opened])
    await uploadBatch(api, batch)
    const polled = await watchUploadJob(api, jobId, { pollMs: 300, signal: AbortSignal.timeout(120_000) })

    const [bySse, bySocket] = await Promise.all([sse.until(isEnd), socket.until(isEnd)])
    sse.close()
    socket.close()
    const { photos, totals } = stateOf(bySse)
    expect(stateOf(bySocket)).toEqual({ photos, totals })
    expect(photos).toEqual(Object.fromEntries(polled.items.map(({ photoId, status }) => [photoId, status])))
    const { jobId: id, status, terminal, progress, completedCount, bytesSent, bytesTotal } = polled
    expect(totals).toMatchObject({
      jobId: id,
      status,
      terminal,
      progress,
      completedCount,
      bytesSent,
      bytesTotal,
    })

    const steps = bySse.flatMap((message) => ("job" in message ? [message.job.progress] : []))
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    expect(steps.at(-1)).toBe(100)
  })

  test("sends every message exactly once to a reconnecting client", async () => {
    const api = await signedInUser(system.edgeUrl)
    const batch = await createBatch(api, await smallPhotos(60))
    const { jobId, uploads } = batch
    if (!jobId) throw new Error("the job was not created")
    const open = async (lastId?: string) =>
      subscribeBySse(
        `${system.edgeUrl}/queries/upload-jobs/${jobId}/events?ticket=${(await api.getLiveTicket()).ticket}`,
        lastId,
      )
    const first = await open()
    await first.opened
    const uploading = uploadBatch(api, batch)
    await first.until((message) => message.type === "photo" && message.status === "COMPLETED")
    first.close()
    await uploading
    await watchUploadJob(api, jobId, { pollMs: 300, signal: AbortSignal.timeout(120_000) })

    const second = await open(first.lastId())
    await second.until(isEnd)
    second.close()
    const ids = [...first.ids(), ...second.ids()]
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
    const [published] = await rows`
      select count(*)::int from outbox_events
      where job_id = ${jobId} and type <> 'UploadJobCreated'
        and relay_position <= (select position from outbox_sinks where sink = 'edge')`
    const queued = first
      .messages()
      .filter((message) => message.type === "photo" && message.status === "QUEUED")
    // The snapshot contains the changes before the first connection.
    expect(ids.length - 1).toBeGreaterThanOrEqual(Number(published?.count) - uploads.length - 1)
    expect(queued.length).toBeLessThanOrEqual(uploads.length)
    const completed = [...first.messages(), ...second.messages()].filter(
      (message) => message.type === "photo" && message.status === "COMPLETED",
    )
    expect(completed).toHaveLength(60)
  })
})
