import postgres from "postgres"
import { afterAll, beforeAll, expect, test } from "vitest"
import { freePort } from "../local/process/ports.ts"
import { startTcpProxy, type TcpProxy } from "../local/tcp-proxy.ts"
import { createBatch } from "./driver/create-batch.ts"
import { uploadBatch } from "./driver/upload-batch.ts"
import { watchUploadJob } from "./driver/watch-upload-job.ts"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser } from "./running-system.ts"

const graceSeconds = 8
const slots = 3

let system: RunningSystem
let rows: postgres.Sql
let slowStorage: TcpProxy
beforeAll(async () => {
  const s3Port = await freePort()
  slowStorage = await startTcpProxy({ host: "127.0.0.1", port: s3Port })
  system = await runSystem(
    { S3_PORT: s3Port, CONCURRENCY: slots },
    {
      processorVariables: {
        STOP_GRACE_SECONDS: String(graceSeconds),
        S3_ENDPOINT: `http://127.0.0.1:${slowStorage.port}`,
      },
    },
  )
  rows = postgres(system.databaseUrl, { max: 1 })
})
afterAll(async () => {
  await rows?.end()
  await system?.end()
  await slowStorage?.stop()
})

const leases = async () => {
  const [row] = await rows`select count(*)::int from photos where lease_expires_at > now()`
  return Number(row?.count)
}

test("a processor stopped with photos that exceed the grace time releases them, and the next one processes them at once", async () => {
  // The time limit of a photo is 60 s, so each download takes longer than the grace time.
  slowStorage.setDelay(40_000)
  const api = await signedInUser(system.edgeUrl)
  const batch = await createBatch(api, await smallPhotos(slots))
  const { jobId } = batch
  if (!jobId) throw new Error("every file was rejected")
  await uploadBatch(api, batch)
  while ((await leases()) < slots) await new Promise(setImmediate)

  const startedAt = Date.now()
  await system.processor().stop(graceSeconds * 1000 + 5000)
  expect((await system.processor().exited).code).toBe(0)
  expect(Date.now() - startedAt).toBeLessThan(graceSeconds * 1000)
  expect(await leases()).toBe(0)

  // Their messages are visible at once, not after the visibility timeout of 30 s.
  slowStorage.setDelay(0)
  await system.restartProcessor()
  const job = await watchUploadJob(api, jobId, { pollMs: 200, signal: AbortSignal.timeout(20_000) })
  expect(job).toMatchObject({ status: "COMPLETED", completedCount: slots })
})
