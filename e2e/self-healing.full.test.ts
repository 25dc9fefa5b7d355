import postgres from "postgres"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { createBatch } from "./driver/create-batch.ts"
import { putObject } from "./driver/put-object.ts"
import { watchUploadJob } from "./driver/watch-upload-job.ts"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser } from "./running-system.ts"

let system: RunningSystem
let rows: postgres.Sql
beforeAll(async () => {
  system = await runSystem(
    {},
    {
      // No storage events, and the clients never finalize: only the sweep can complete the job.
      storageEvents: false,
      processorVariables: {
        SWEEP_EVERY_SECONDS: "1",
        SWEEP_QUIET_SECONDS: "1",
        UPLOAD_BOUND_SECONDS: "8",
        LATE_OBJECT_SECONDS: "1",
        ORPHAN_GRACE_SECONDS: "1",
      },
    },
  )
  rows = postgres(system.databaseUrl, { max: 1 })
})
afterAll(async () => {
  await rows?.end()
  await system?.end()
})

const createJob = async (count: number) => {
  const api = await signedInUser(system.edgeUrl)
  const { jobId, uploads } = await createBatch(api, await smallPhotos(count))
  if (!jobId) throw new Error("the job was not created")
  const upload = async (index: number) => {
    const issued = uploads[index]
    if (!issued || issued.item.presignedUrl === null) throw new Error("no single PUT")
    await putObject(issued.item, issued.file.content)
  }
  return { api, jobId, uploads, upload }
}
const end = { pollMs: 300, signal: AbortSignal.timeout(100_000) }

describe("the sweep", () => {
  test("recovers uploaded photos without events and expires the others, so that the job finishes", async () => {
    const { api, jobId, upload } = await createJob(3)
    await upload(0)
    await upload(2)
    const job = await watchUploadJob(api, jobId, end)
    expect(job.items.map(({ status, failureReason }) => [status, failureReason])).toEqual([
      ["COMPLETED", null],
      ["FAILED", "EXPIRED"],
      ["COMPLETED", null],
    ])
    const recovered =
      await rows`select recovered_at from photos where job_id = ${jobId} and recovered_at is not null`
    expect(recovered).toHaveLength(2)
  })

  test("removes the objects of a deleted photo and of a photo uploaded after its cancellation", async () => {
    const { api, jobId, uploads, upload } = await createJob(2)
    const [kept = "", cancelled = ""] = uploads.map(({ item }) => item.photoId)
    await upload(0)
    await api.cancelPhoto(cancelled)
    await upload(1)
    await watchUploadJob(api, jobId, end)
    const { url } = await api.getDownloadUrl(kept)
    expect((await fetch(url)).status).toBe(200)
    await api.cancelPhoto(kept)
    await vi.waitFor(
      async () => {
        const remaining =
          await rows`select photo_id from photos where job_id = ${jobId} and objects_removed_at is null`
        expect(remaining).toHaveLength(0)
      },
      { timeout: 30_000, interval: 300 },
    )
    expect((await fetch(url)).status).toBe(404)
    await upload(1)
  })

  test("aborts the multipart upload of an expired photo", async () => {
    const api = await signedInUser(system.edgeUrl)
    const files = [{ filename: "large.jpg", mimeType: "image/jpeg", bytes: 20 * 1024 * 1024 }]
    const { jobId, items } = await api.createUploadJob({ files })
    const upload = await api.openMultipartUpload(items[0]?.photoId ?? "")
    await watchUploadJob(api, jobId, end)
    const part = upload.parts[0]
    if (!part) throw new Error("no part")
    await expect(putObject(part, new Blob([new Uint8Array(part.bytes)]))).rejects.toMatchObject({
      status: 404,
    })
  })
})
