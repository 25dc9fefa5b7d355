import postgres from "postgres"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createBatch } from "./driver/create-batch.ts"
import { uploadBatch } from "./driver/upload-batch.ts"
import { watchUploadJob } from "./driver/watch-upload-job.ts"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser } from "./running-system.ts"

const graceMs = 15_000

let system: RunningSystem
let rows: postgres.Sql
beforeAll(async () => {
  system = await runSystem({}, { processorVariables: { STOP_GRACE_SECONDS: String(graceMs / 1000) } })
  rows = postgres(system.databaseUrl, { max: 1 })
})
afterAll(async () => {
  await rows?.end()
  await system?.end()
})

test("on SIGTERM under load the processor exits in time, leaves no active lease and loses no message", async () => {
  const photoCount = 60
  const api = await signedInUser(system.edgeUrl)
  const batch = await createBatch(api, await smallPhotos(photoCount))
  const { jobId } = batch
  if (!jobId) throw new Error("the job was not created")
  const uploading = uploadBatch(api, batch)
  const completed = async () => {
    const [row] = await rows`select count(*)::int from photos where status = 'COMPLETED'`
    return Number(row?.count)
  }
  while ((await completed()) < photoCount / 6) await new Promise(setImmediate)

  const startedAt = Date.now()
  await system.processor().stop(graceMs)
  expect(Date.now() - startedAt).toBeLessThan(graceMs)
  expect((await system.processor().exited).code).toBe(0)
  const leased = await rows`select photo_id from photos where lease_expires_at > now()`
  expect(leased).toHaveLength(0)
  const attemptsBefore =
    await rows`select sum(attempt)::int as attempts from photos where status = 'COMPLETED'`
  expect(attemptsBefore[0]?.attempts).toBe(await completed())

  await system.restartProcessor()
  await uploading
  const job = await watchUploadJob(api, jobId, { pollMs: 200, signal: AbortSignal.timeout(120_000) })
  expect(job).toMatchObject({ status: "COMPLETED", completedCount: photoCount })
  const repeated = await rows`select photo_id from photos where job_id = ${jobId} and attempt > 1`
  expect(repeated).toHaveLength(0)
})
