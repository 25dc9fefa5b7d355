import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { repository } from "../local/settings.ts"
import { createBatch } from "./driver/create-batch.ts"
import { uploadBatch } from "./driver/upload-batch.ts"
import { watchUploadJob } from "./driver/watch-upload-job.ts"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser } from "./running-system.ts"

const run = promisify(execFile)

const poisoned = { photoId: "" }
let system: RunningSystem
beforeAll(async () => {
  system = await runSystem(
    { SQS_VISIBILITY_TIMEOUT_SECONDS: 2 },
    {
      maxReceiveCount: 2,
      processorVariables: { DEAD_LETTER_REVISIT_SECONDS: "2" },
      // S3 fails every read of one object while `poisoned.photoId` is set.
      storageFault: ({ operation, key }) =>
        operation === "GetObject" && poisoned.photoId !== "" && key.includes(poisoned.photoId)
          ? "SlowDown"
          : null,
    },
  )
})
afterAll(() => system?.end())

const ops = async (...args: string[]): Promise<Record<string, unknown>> => {
  const environment = { PATH: process.env.PATH, ...system.processorVariables }
  const { stdout } = await run(process.execPath, [join(repository, "processor/ops.ts"), ...args], {
    env: environment,
  })
  return JSON.parse(stdout) as Record<string, unknown>
}

test("a photo that cannot be processed is dead-lettered and FAILED; after a redrive it is COMPLETED", async () => {
  const api = await signedInUser(system.edgeUrl)
  const batch = await createBatch(api, await smallPhotos(3))
  const { jobId, uploads } = batch
  if (!jobId) throw new Error("the job was not created")
  const photoId = uploads[1]?.item.photoId ?? ""
  poisoned.photoId = photoId
  await uploadBatch(api, batch)
  const failed = await watchUploadJob(api, jobId, { pollMs: 300, signal: AbortSignal.timeout(120_000) })
  expect(failed).toMatchObject({ status: "COMPLETED_WITH_ERRORS", completedCount: 2, failedCount: 1 })
  expect(failed.items[1]).toMatchObject({
    failureReason: "PROCESSING_ERROR",
    failureDetail: expect.any(String),
  })
  expect(await ops("status")).toMatchObject({ deadLettered: 1, photos: { COMPLETED: 2, FAILED: 1 } })

  poisoned.photoId = ""
  expect(await ops("redrive")).toEqual({ photosReopened: 1, jobsReopened: 1 })
  const done = await watchUploadJob(api, jobId, { pollMs: 300, signal: AbortSignal.timeout(60_000) })
  expect(done).toMatchObject({ status: "COMPLETED", completedCount: 3, failedCount: 0 })
  const { entries } = await api.getPhotoTimeline(photoId)
  expect(entries.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["ATTEMPT_FAILED", "FAILED", "REPROCESSING", "COMPLETED"]),
  )
  await vi.waitFor(
    async () =>
      expect(await ops("status")).toMatchObject({
        deadLettered: 0,
        sinks: { edge: { eventsWaiting: 0 }, webhooks: { eventsWaiting: 0 } },
      }),
    {
      timeout: 20_000,
      interval: 500,
    },
  )
})
