import { setTimeout as pause } from "node:timers/promises"
import type { ApiClient } from "../../client/sdk/api-client.ts"
import { ApiProblem } from "../../client/sdk/api-problem.ts"
import type { UploadFile } from "../../client/sdk/create-batch.ts"
import { createBatch } from "../../client/sdk/create-batch.ts"
import { uploadBatch } from "../../client/sdk/upload-batch.ts"
import { smallPhotos } from "../photo-files.ts"
import type { Random } from "./random.ts"

export type Expectation = "COMPLETED" | "CORRUPT" | "CANCELLED"

export type ChaosJob = { jobId: string; expected: Map<string, Expectation> }

/** Tries until it works: what an app does while everything around it fails. */
export const persistently = async <T>(work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ApiProblem && !error.isTransient) throw error
      await pause(300)
    }
  }
}

/** Uploads a batch with a few broken photos in it and cancels a few others, and says how each must end. */
export const uploadWithMishaps = async (api: ApiClient, count: number, random: Random): Promise<ChaosJob> => {
  const photos = await smallPhotos(count)
  const fates = photos.map(
    (): Expectation => (random.chance(0.05) ? "CORRUPT" : random.chance(0.05) ? "CANCELLED" : "COMPLETED"),
  )
  const files = await Promise.all(
    photos.map((photo, index) => (fates[index] === "CORRUPT" ? cutShort(photo) : photo)),
  )
  const { jobId, uploads, storageEvents } = await persistently(() => createBatch(api, files))
  if (!jobId) throw new Error("nothing was uploads")
  const expected = new Map<string, Expectation>()
  for (const [index, { item }] of uploads.entries()) expected.set(item.photoId, fates[index] ?? "COMPLETED")

  const cancelled = uploads.filter(({ item }) => expected.get(item.photoId) === "CANCELLED")
  for (const { item } of cancelled) await persistently(() => api.cancelPhoto(item.photoId))
  // A cancelled photo is uploaded all the same, as by a client that has not heard of it.
  for (let left = uploads; left.length > 0; ) {
    const failed = await uploadBatch(
      api,
      { jobId, uploads: left, storageEvents },
      { concurrency: 20, timeoutMs: 20_000 },
    )
    const failedIds = new Set(failed.map(({ photoId }) => photoId))
    left = left.filter(
      ({ item }) => failedIds.has(item.photoId) && expected.get(item.photoId) !== "CANCELLED",
    )
  }
  return { jobId, expected }
}

const cutShort = async ({ filename, content }: UploadFile): Promise<UploadFile> => ({
  filename,
  content: content.slice(0, Math.floor(content.size / 2)),
})
