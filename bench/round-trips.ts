import { openEdgeDatabase } from "../db/edge.ts"
import type { Database } from "../db/statement.ts"
import { runSystem, signedInUser } from "../e2e/running-system.ts"
import { insertUser } from "../edge/auth/register/sql.ts"
import { insertUploadJob } from "../edge/commands/create-upload-job/sql.ts"
import { newId } from "../edge/new-id.ts"
import { startTcpProxy } from "../local/tcp-proxy.ts"
import { openParameterDatabase } from "./parameter-database.ts"

// Creates jobs of 100 photos over connections with different delays: through the edge, and with the statement alone on a
// new connection: as the edge sends it, and as postgres.js sends a statement with a parameter.

const photosPerJob = 100
const repetitions = 15
const delaysMs = [0, 10, 40]

const throughProxy = { url: "" }
let proxy: Awaited<ReturnType<typeof startTcpProxy>> | undefined
const system = await runSystem(
  {},
  {
    edgeVariables: { CREATE_JOBS_PER_MINUTE: "100000" },
    edgeDatabaseUrl: async (databaseUrl) => {
      const url = new URL(databaseUrl)
      proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) })
      url.port = String(proxy.port)
      throughProxy.url = url.href
      return url.href
    },
  },
)
try {
  await system.processor().stop()
  const api = await signedInUser(system.edgeUrl)
  const userId = newId.user()
  const account = { userId, email: `${userId}@example.com`, passwordHash: "none" }
  await openEdgeDatabase(throughProxy.url).run(insertUser, account)
  const variants = {
    "POST /commands/upload-jobs (workerd)": () => api.createUploadJob({ files: declaredFiles() }),
    "the statement as sent by the edge": () => insert(openEdgeDatabase(throughProxy.url)),
    "the statement with a parameter": () => insert(openParameterDatabase(throughProxy.url)),
  }
  const insert = (database: Database) => database.run(insertUploadJob, job(userId))
  console.log(
    "| variant | round trips, handshake included | p50 ms at 0 / 20 / 80 ms per round trip |\n|---|---|---|",
  )
  for (const [name, run] of Object.entries(variants)) {
    const medians: number[] = []
    let roundTrips = 0
    for (const delayMs of delaysMs) {
      proxy?.setDelay(delayMs)
      const times: number[] = []
      for (let repetition = 0; repetition < repetitions; repetition += 1) {
        proxy?.reset()
        const startedAt = performance.now()
        await run()
        times.push(performance.now() - startedAt)
        roundTrips = proxy?.connections()[0]?.roundTrips ?? 0
      }
      medians.push(median(times))
    }
    console.log(`| ${name} | ${roundTrips} | ${medians.map((ms) => ms.toFixed(1)).join(" / ")} |`)
  }
} finally {
  await system.end()
  await proxy?.stop()
}
process.exit()

function declaredFiles() {
  return Array.from({ length: photosPerJob }, (_, index) => ({
    filename: `IMG_${index}.jpg`,
    mimeType: "image/jpeg",
    bytes: 2_000_000,
  }))
}

function job(userId: ReturnType<typeof newId.user>) {
  const photos = declaredFiles().map(({ filename, bytes }) => {
    const photoId = newId.photo()
    return {
      photoId,
      filename,
      bytes,
      type: "image/jpeg" as const,
      path: null,
      sha256: null,
      partSize: null,
      s3Key: `bench/${photoId}`,
    }
  })
  return {
    jobId: newId.job(),
    userId,
    traceparent: "00-0-0-01",
    photos,
    idempotencyKey: null,
    fingerprint: "",
    allowDuplicates: false,
    importKeywords: false,
  }
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}
