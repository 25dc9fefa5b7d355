import { randomUUID } from "node:crypto"
import { createApiClient } from "../../client/sdk/src/api/api-client.ts"
import type { PhotoResponse, UploadJobSnapshot } from "../../client/sdk/src/api/contract.ts"
import { createClient, type DiskFile, type UploadFileState } from "../../client/sdk/src/node.ts"
import { progressDisplay } from "./progress-display.ts"
import { saveThumbnails } from "./save-thumbnails.ts"

/** A file without a photo: the API did not accept it, or it was not uploaded. */
export type RejectedFile = {
  filename: string
  status: "REJECTED"
  failureReason: string
  failureDetail: string
}

/** The jobs of the demo, one per 500 files, and every photo, including rejected files. */
export type DemoSnapshot = {
  jobs: UploadJobSnapshot[]
  photos: (PhotoResponse | RejectedFile)[]
}

export type DemoOutcome = {
  snapshot: DemoSnapshot
  /** Duration from the start of the upload to the last completion. */
  seconds: number
  /** Whether every file reached a final status. */
  isSettled: boolean
  thumbnailFolder: string
}

const timeLimitMs = 10 * 60_000

/** Registers a user, uploads the files and waits until each has a final status. @throws Error when a request fails */
export const runDemo = async (
  edgeUrl: string,
  files: readonly DiskFile[],
  thumbnailFolder: string,
): Promise<DemoOutcome> => {
  const account = { email: `demo-${randomUUID()}@example.com`, password: randomUUID() }
  await createApiClient({ baseUrl: edgeUrl }).register(account)
  const client = createClient({ baseUrl: edgeUrl, ...account, storage: null })

  const display = progressDisplay()
  const startedAt = performance.now()
  const job = client.upload(files, { signal: AbortSignal.timeout(timeLimitMs) })
  job.on("progress", display.show)
  const result = await job.done
  const seconds = (performance.now() - startedAt) / 1000
  display.end()

  const jobs = await Promise.all(result.jobIds.map((jobId) => client.api.getUploadJob(jobId)))
  const photos: PhotoResponse[] = []
  for (const { photoId } of jobs.flatMap(({ items }) => items))
    photos.push(await client.api.getPhoto(photoId))
  await saveThumbnails(photos, thumbnailFolder)
  const rejected = result.failed.filter(({ photoId }) => photoId === null)
  return {
    snapshot: { jobs, photos: [...photos, ...rejected.map(toRejectedFile)] },
    seconds,
    isSettled: result.cancelled.length === 0 && jobs.every(({ terminal }) => terminal),
    thumbnailFolder,
  }
}

const toRejectedFile = ({ filename, failure }: UploadFileState): RejectedFile => ({
  filename,
  status: "REJECTED",
  failureReason: (failure?.code ?? "").toUpperCase().replaceAll("-", "_"),
  failureDetail: failure?.detail ?? "",
})
