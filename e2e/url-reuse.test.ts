import { createHash } from "node:crypto"
import postgres from "postgres"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { createBatch } from "../client/sdk/create-batch.ts"
import { uploadBatch } from "../client/sdk/upload-batch.ts"
import { watchUploadJob } from "../client/sdk/watch-upload-job.ts"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser } from "./running-system.ts"

let system: RunningSystem
let rows: postgres.Sql
beforeAll(async () => {
  system = await runSystem({}, { processorVariables: { SWEEP_EVERY_SECONDS: "1" } })
  rows = postgres(system.databaseUrl, { max: 1 })
})
afterAll(async () => {
  await rows?.end()
  await system?.end()
})

const put = async (item: { presignedUrl: string | null; headers: Record<string, string> }, body: Blob) => {
  const response = await fetch(item.presignedUrl ?? "", { method: "PUT", headers: item.headers, body })
  await response.body?.cancel()
  return response.status
}

const states = (jobId: string) => rows`
  select p.status, p.etag, p.checksum, j.status as job_status, j.version::int from photos p join upload_jobs j using (job_id)
  where job_id = ${jobId} order by photo_id`

test("using a presigned URL again after completion changes nothing", async () => {
  const api = await signedInUser(system.edgeUrl)
  const batch = await createBatch(api, await smallPhotos(1))
  const { jobId, uploads } = batch
  const [upload] = uploads
  if (!jobId || !upload) throw new Error("the job was not created")
  await uploadBatch(api, batch)
  await watchUploadJob(api, jobId, { pollMs: 200 })
  const before = await states(jobId)

  expect(await put(upload.item, upload.file.content)).toBe(412)
  await api.finalizeUpload(upload.item.photoId)
  expect(await states(jobId)).toEqual(before)

  const { url } = await api.getDownloadUrl(upload.item.photoId)
  const stored = Buffer.from(await (await fetch(url)).arrayBuffer())
  const { checksum } = await api.getPhoto(upload.item.photoId)
  expect(createHash("sha256").update(stored).digest("hex")).toBe(checksum)
})

test("using a presigned URL after cancellation leaves no object and does not change the photo", async () => {
  const api = await signedInUser(system.edgeUrl)
  const batch = await createBatch(api, await smallPhotos(1))
  const { jobId, uploads } = batch
  const [upload] = uploads
  if (!jobId || !upload) throw new Error("the job was not created")
  await api.cancelUploadJob(jobId)
  const before = await states(jobId)
  expect(before).toMatchObject([{ status: "CANCELLED", job_status: "CANCELLED" }])

  expect(await put(upload.item, upload.file.content)).toBe(200)
  // After the processor has removed the object, the URL accepts the bytes again instead of returning 412.
  await vi.waitFor(async () => expect(await put(upload.item, upload.file.content)).toBe(200), {
    timeout: 30_000,
    interval: 200,
  })
  expect(await states(jobId)).toEqual(before)
})

test("an object that is uploaded after its photo was deleted is removed, and the quota stays correct", async () => {
  const api = await signedInUser(system.edgeUrl)
  const batch = await createBatch(api, await smallPhotos(1))
  const { jobId, uploads } = batch
  const [upload] = uploads
  if (!jobId || !upload) throw new Error("the job was not created")
  await uploadBatch(api, batch)
  await watchUploadJob(api, jobId, { pollMs: 200 })
  const { photoId } = upload.item
  const { url } = await api.getDownloadUrl(photoId)
  const waitUntilRemoved = () =>
    vi.waitFor(async () => expect((await fetch(url)).status).toBe(404), { timeout: 30_000, interval: 200 })
  await api.cancelPhoto(photoId)
  await waitUntilRemoved()
  const before = await states(jobId)

  expect(await put(upload.item, upload.file.content)).toBe(200)
  await waitUntilRemoved()
  expect(await states(jobId)).toEqual(before)
  const [usage] = await rows`
    select used_photos::int, used_bytes::int from users
    where user_id = (select user_id from upload_jobs where job_id = ${jobId})`
  expect(usage).toEqual({ used_photos: 0, used_bytes: 0 })
})
