import { createHash } from "node:crypto"
import postgres from "postgres"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { createBatch } from "./driver/create-batch.ts"
import { uploadBatch } from "./driver/upload-batch.ts"
import { watchUploadJob } from "./driver/watch-upload-job.ts"
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

/** A job of one photo that is not uploaded yet, and the use of its presigned URL. */
const declaredPhoto = async () => {
  const api = await signedInUser(system.edgeUrl)
  const batch = await createBatch(api, await smallPhotos(1))
  const { jobId, uploads } = batch
  const [upload] = uploads
  if (!jobId || !upload) throw new Error("the job was not created")
  const { photoId, presignedUrl, headers } = upload.item
  const put = async (): Promise<number> => {
    const response = await fetch(presignedUrl ?? "", { method: "PUT", headers, body: upload.file.content })
    await response.body?.cancel()
    return response.status
  }
  return { api, batch, jobId, photoId, put }
}

/** A job of one photo that is COMPLETED. */
const completedPhoto = async () => {
  const photo = await declaredPhoto()
  await uploadBatch(photo.api, photo.batch)
  await watchUploadJob(photo.api, photo.jobId, { pollMs: 200 })
  return photo
}

const states = (jobId: string) => rows`
  select p.status, p.etag, p.checksum, j.status as job_status, j.version::int from photos p join upload_jobs j using (job_id)
  where job_id = ${jobId} order by photo_id`

test("using a presigned URL again after completion changes nothing", async () => {
  const { api, jobId, photoId, put } = await completedPhoto()
  const before = await states(jobId)

  expect(await put()).toBe(412)
  await api.finalizeUpload(photoId)
  expect(await states(jobId)).toEqual(before)

  const { url } = await api.getDownloadUrl(photoId)
  const stored = Buffer.from(await (await fetch(url)).arrayBuffer())
  const { checksum } = await api.getPhoto(photoId)
  expect(createHash("sha256").update(stored).digest("hex")).toBe(checksum)
})

test("using a presigned URL after cancellation leaves no object and does not change the photo", async () => {
  const { api, jobId, put } = await declaredPhoto()
  await api.cancelUploadJob(jobId)
  const before = await states(jobId)
  expect(before).toMatchObject([{ status: "CANCELLED", job_status: "CANCELLED" }])

  expect(await put()).toBe(200)
  // After the processor has removed the object, the URL accepts the bytes again instead of returning 412.
  await vi.waitFor(async () => expect(await put()).toBe(200), {
    timeout: 30_000,
    interval: 200,
  })
  expect(await states(jobId)).toEqual(before)
})

test("an object that is uploaded after its photo was deleted is removed, and the quota stays correct", async () => {
  const { api, jobId, photoId, put } = await completedPhoto()
  const { url } = await api.getDownloadUrl(photoId)
  const waitUntilRemoved = () =>
    vi.waitFor(async () => expect((await fetch(url)).status).toBe(404), { timeout: 30_000, interval: 200 })
  await api.cancelPhoto(photoId)
  await waitUntilRemoved()
  const before = await states(jobId)

  expect(await put()).toBe(200)
  await waitUntilRemoved()
  expect(await states(jobId)).toEqual(before)
  const [usage] = await rows`
    select used_photos::int, used_bytes::int from users
    where user_id = (select user_id from upload_jobs where job_id = ${jobId})`
  expect(usage).toEqual({ used_photos: 0, used_bytes: 0 })
})
