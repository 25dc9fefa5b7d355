import { randomUUID } from "node:crypto"
import { openAsBlob } from "node:fs"
import { basename } from "node:path"
import { type ApiClient, createApiClient } from "../../client/sdk/src/api/api-client.ts"
import type { PhotoResponse, UploadJobSnapshot } from "../../client/sdk/src/api/contract.ts"
import { type CreatedBatch, createBatch, type RejectedUpload } from "../../e2e/driver/create-batch.ts"
import { type FailedUpload, uploadBatch } from "../../e2e/driver/upload-batch.ts"
import { watchUploadJob } from "../../e2e/driver/watch-upload-job.ts"
import { progressDisplay } from "./progress-display.ts"
import { saveThumbnails } from "./save-thumbnails.ts"

export type RejectedPhoto = {
  filename: string
  status: "REJECTED"
  failureReason: string
  failureDetail: string
}

/** The job of the demo and every photo, including rejected files. */
export type DemoSnapshot = { job: UploadJobSnapshot | null; photos: (PhotoResponse | RejectedPhoto)[] }

export type DemoOutcome = {
  snapshot: DemoSnapshot
  failedUploads: FailedUpload[]
  /** Duration from the first PUT to the last completion. */
  seconds: number
  /** Whether every file reached a final status. */
  isSettled: boolean
  thumbnailFolder: string
}

const pollMs = 500
const timeLimitMs = 10 * 60_000
/** The API's limit for one job. */
const maxFiles = 500

/** Registers a user, uploads `paths` as one job and waits until it is terminal. @throws Error when a request fails */
export const runDemo = async (
  edgeUrl: string,
  paths: readonly string[],
  thumbnailFolder: string,
): Promise<DemoOutcome> => {
  if (paths.length > maxFiles)
    throw new Error(`The folder has ${paths.length} files. A job has at most ${maxFiles}.`)
  const api = await signedInClient(edgeUrl)
  const files = await Promise.all(
    paths.map(async (path) => ({ filename: basename(path), content: await openAsBlob(path) })),
  )
  const startedAt = performance.now()
  const batch = await createBatch(api, files)
  const { jobId, uploads, rejected } = batch
  const createMs = Math.round(performance.now() - startedAt)
  console.log(
    `${uploads.length} presigned URLs received after ${createMs} ms, including the time to hash the files`,
  )

  const { job, failedUploads, seconds } = jobId
    ? await uploadAndWatch(api, jobId, batch)
    : { job: null, failedUploads: [], seconds: 0 }
  const photos: PhotoResponse[] = []
  for (const { photoId } of job?.items ?? []) photos.push(await api.getPhoto(photoId))
  await saveThumbnails(photos, thumbnailFolder)
  return {
    snapshot: { job, photos: [...photos, ...rejected.map(toRejectedPhoto)] },
    failedUploads,
    seconds,
    isSettled: failedUploads.length === 0 && (job === null || job.terminal),
    thumbnailFolder,
  }
}

const signedInClient = async (baseUrl: string): Promise<ApiClient> => {
  const api = createApiClient({ baseUrl })
  const account = { email: `demo-${randomUUID()}@example.com`, password: randomUUID() }
  await api.register(account)
  await api.signIn(account.email, account.password)
  return api
}

const uploadAndWatch = async (api: ApiClient, jobId: string, batch: CreatedBatch) => {
  const display = progressDisplay(batch.uploads.length)
  const startedAt = performance.now()
  const timeLimit = AbortSignal.timeout(timeLimitMs)
  const watching = watchUploadJob(api, jobId, { pollMs, onSnapshot: display.show, signal: timeLimit })
  const failedUploads = await uploadBatch(api, batch, { onUploaded: display.countUpload })
  // If a photo was not uploaded, the job does not become terminal, so do not wait for it.
  const job = failedUploads.length > 0 ? await api.getUploadJob(jobId) : await watching
  watching.catch(() => undefined)
  const seconds = (performance.now() - startedAt) / 1000
  display.end()
  return { job, failedUploads, seconds }
}

const toRejectedPhoto = ({ filename, code, detail }: RejectedUpload): RejectedPhoto => ({
  filename,
  status: "REJECTED",
  failureReason: code.toUpperCase(),
  failureDetail: detail,
})
