import postgres from "postgres"
import { afterAll, beforeAll, expect, test } from "vitest"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser, uploadAll } from "./running-system.ts"

let system: RunningSystem
beforeAll(async () => {
  system = await runSystem({ SQS_VISIBILITY_TIMEOUT_SECONDS: 5, PHOTO_TIMEOUT_SECONDS: 5 })
})
afterAll(() => system?.end())

test("killing the processor during a batch loses no photo and completes none twice", async () => {
  const photoCount = 60
  const api = await signedInUser(system.edgeUrl)
  const rows = postgres(system.databaseUrl, { max: 1 })
  const completions = async () => {
    const [row] = await rows`select count(*)::int from outbox_events where type = 'PhotoProcessingCompleted'`
    return Number(row?.count)
  }
  const killed = (async () => {
    while ((await completions()) < photoCount / 6) await new Promise(setImmediate)
    system.processor().kill()
    await system.processor().exited
    const before = await completions()
    await system.restartProcessor()
    return before
  })()

  const { job } = await uploadAll(api, await smallPhotos(photoCount))
  expect(await killed).toBeLessThan(photoCount)
  expect(job).toMatchObject({ status: "COMPLETED", completedCount: photoCount })
  const perPhoto = await rows`
    select photo_id, count(*)::int from outbox_events
    where job_id = ${job.jobId} and type = 'PhotoProcessingCompleted' group by photo_id`
  expect(perPhoto).toHaveLength(photoCount)
  for (const { count } of perPhoto) expect(count).toBe(1)
  await rows.end()
})
