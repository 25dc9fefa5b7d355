import postgres from "postgres"
import { createBatch } from "../e2e/driver/create-batch.ts"
import { uploadBatch } from "../e2e/driver/upload-batch.ts"
import { watchUploadJob } from "../e2e/driver/watch-upload-job.ts"
import { type Subscriber, subscribeBySse, subscribeByWebSocket } from "../e2e/live-subscribers.ts"
import { smallPhotos } from "../e2e/photo-files.ts"
import { runSystem, signedInUser } from "../e2e/running-system.ts"

// Measures the latency from the commit of a change to its receipt by a client, while a job of 100 photos is uploaded and
// processed. Polling every 300 ms in the same run is the baseline.

const photoCount = 100

const system = await runSystem()
const rows = postgres(system.databaseUrl, { max: 1 })
try {
  const api = await signedInUser(system.edgeUrl)
  const batch = await createBatch(api, await smallPhotos(photoCount))
  const { jobId } = batch
  if (!jobId) throw new Error("the job was not created")
  const path = `${system.edgeUrl}/queries/upload-jobs/${jobId}/events?ticket=`
  const sse = subscribeBySse(path + (await api.getLiveTicket()).ticket)
  const socket = subscribeByWebSocket(path + (await api.getLiveTicket()).ticket)
  await Promise.all([sse.opened, socket.opened])

  const polled = new Map<string, number>()
  const uploading = uploadBatch(api, batch)
  await watchUploadJob(api, jobId, {
    pollMs: 300,
    onSnapshot: ({ items }) => {
      for (const { photoId, status } of items) {
        const change = `${photoId} ${status}`
        if (!polled.has(change)) polled.set(change, Date.now())
      }
    },
  })
  await uploading
  const isEnd = ({ type, ...message }: { type: string; job?: { terminal: boolean } }) =>
    type === "job" && message.job?.terminal === true
  await Promise.all([sse.until(isEnd), socket.until(isEnd)])

  const changes = await rows<{ photo_id: string; kind: string; occurred_at: Date }[]>`
    select t.photo_id, t.kind, t.occurred_at from photo_timeline t join photos using (photo_id)
    where job_id = ${jobId} and t.kind in ('PROCESSING', 'COMPLETED')`
  const committed = new Map(
    changes.map((change) => [`${change.photo_id} ${change.kind}`, change.occurred_at.getTime()]),
  )
  console.log("| channel | changes | p50 ms | p95 ms | max ms |\n|---|---|---|---|---|")
  print("SSE", latencies(committed, arrivals(sse)))
  print("WebSocket", latencies(committed, arrivals(socket)))
  print("polling every 300 ms (baseline)", latencies(committed, polled))
  sse.close()
  socket.close()
} finally {
  await rows.end()
  await system.end()
}
process.exit()

function arrivals(subscriber: Subscriber): Map<string, number> {
  const times = subscriber.times()
  const firstSeen = new Map<string, number>()
  for (const [index, message] of subscriber.messages().entries()) {
    if (message.type !== "photo") continue
    const change = `${message.photoId} ${message.status}`
    if (!firstSeen.has(change)) firstSeen.set(change, times[index] ?? Number.NaN)
  }
  return firstSeen
}

function latencies(committed: Map<string, number>, firstSeen: Map<string, number>): number[] {
  const all = [...committed].flatMap(([change, at]) => {
    const time = firstSeen.get(change)
    return time === undefined ? [] : [time - at]
  })
  return all.sort((a, b) => a - b)
}

function print(channel: string, sorted: readonly number[]): void {
  const at = (fraction: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]
  console.log(`| ${channel} | ${sorted.length} | ${at(0.5)} | ${at(0.95)} | ${sorted.at(-1)} |`)
}
