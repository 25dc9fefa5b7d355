import { randomUUID } from "node:crypto"
import postgres from "postgres"
import { createApiClient } from "../client/sdk/src/api/api-client.ts"
import { runSystem } from "../e2e/running-system.ts"
import { type Load, sendAtFixedRate } from "./open-loop.ts"
import { percentile } from "./percentile.ts"

// Sends progress reports of several users at a fixed rate. Each request reports a batch of photos, as the client does.
// The baseline is a route of the same Worker that only responds from memory.

const perSecond = 80
const seconds = 20
const users = 5
const photosPerUser = 20
const photoBytes = 10_000_000
const limitP95Ms = 20

const system = await runSystem()
const rows = postgres(system.databaseUrl, { max: 1 })
try {
  await system.processor().stop()
  const clients = await Promise.all(Array.from({ length: users }, newClient))
  const progress = (index: number) => {
    const client = clients[index % users]
    if (!client) throw new Error("no client")
    // Every request increases the progress of every photo, so every request causes a change to write.
    client.posts += 1
    const bytesSent = client.posts * 1000
    const items = client.photoIds.map((photoId) => ({ photoId, bytesSent, bytesTotal: photoBytes }))
    return {
      path: "/commands/upload/progress",
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${client.token}` },
      body: JSON.stringify({ items }),
    }
  }
  const baseline = () => ({ path: "/.well-known/jwks.json", method: "GET", headers: {} })

  console.log("| request | per second | statuses | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|---|")
  await measure("GET /.well-known/jwks.json (baseline)", baseline)
  const versionsBefore = await versions()
  const startedAt = performance.now()
  const p95 = await measure("POST /commands/upload/progress", progress)
  // One write per user may be in progress at the start.
  const writes = (await versions()) - versionsBefore - users
  const writesPerSecond = writes / users / ((performance.now() - startedAt) / 1000)
  console.log(
    `\nWrites to the database: ${writesPerSecond.toFixed(2)} per user and second (limit 1); p95 limit ${limitP95Ms} ms.`,
  )
  if (Number(p95) >= limitP95Ms || writesPerSecond > 1) process.exitCode = 1
} finally {
  await rows.end()
  await system.end()
}
process.exit()

async function measure(name: string, requestOf: Load["requestOf"]): Promise<string> {
  const { latenciesMs, statuses } = await sendAtFixedRate({
    baseUrl: system.edgeUrl,
    perSecond,
    seconds,
    requestOf,
  })
  const counted = Array.from(statuses, ([status, count]) => `${status}: ${count}`).join(", ")
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((fraction) => percentile(latenciesMs, fraction))
  console.log(`| ${name} | ${perSecond} | ${counted} | ${p50} | ${p95} | ${p99} |`)
  return p95 ?? "NaN"
}

async function newClient() {
  const api = createApiClient({ baseUrl: system.edgeUrl })
  const account = { email: `${randomUUID()}@example.com`, password: randomUUID() }
  await api.register(account)
  const { access_token: token } = await api.signIn(account.email, account.password)
  const files = Array.from({ length: photosPerUser }, (_, index) => ({
    filename: `IMG_${index}.jpg`,
    mimeType: "image/jpeg",
    bytes: photoBytes,
  }))
  const { items } = await api.createUploadJob({ files })
  return { photoIds: items.map(({ photoId }) => photoId), token, posts: 0 }
}

/** The sum of the job versions. Every write of progress increases the version of each job that it changes. */
async function versions(): Promise<number> {
  const [row] = await rows<{ sum: number }[]>`select sum(version)::int as sum from upload_jobs`
  return row?.sum ?? 0
}
