import { setTimeout as pause } from "node:timers/promises"
import type { ApiClient } from "../../client/sdk/src/api/api-client.ts"
import { ApiProblem } from "../../client/sdk/src/api/api-problem.ts"
import type { UploadFile } from "../driver/create-batch.ts"
import { createBatch } from "../driver/create-batch.ts"
import { uploadBatch } from "../driver/upload-batch.ts"
import { smallPhotos } from "../photo-files.ts"
import type { Random } from "./random.ts"

export type Expectation = "COMPLETED" | "CORRUPT" | "CANCELLED" | "DUPLICATE"

export type ChaosJob = { jobId: string; expected: Map<string, Expectation> }

/** Retries transient failures without a limit. */
export const retryUntilSuccess = async <T>(work: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof ApiProblem && !error.isTransient) throw error
      await pause(300)
    }
  }
}

/**
 * Uploads a batch with some corrupt photos and some that repeat another one, cancels some others, and returns the
 * expected outcome of each.
 */
export const uploadWithFaults = async (api: ApiClient, count: number, random: Random): Promise<ChaosJob> => {
  const originals = await smallPhotos(count)
  const outcomes = originals.map(
    (): Expectation => (random.chance(0.05) ? "CORRUPT" : random.chance(0.05) ? "CANCELLED" : "COMPLETED"),
  )
  const changed = await Promise.all(
    originals.map((photo, index) => (outcomes[index] === "CORRUPT" ? truncated(photo) : photo)),
  )
  // Only photos that will be stored: a duplicate of any other is uploaded after all.
  const repeated = originals.filter((_, index) => outcomes[index] === "COMPLETED" && random.chance(0.05))
  const files = [...changed, ...repeated.map((photo) => ({ ...photo, filename: `again_${photo.filename}` }))]
  const expectations: Expectation[] = [...outcomes, ...repeated.map(() => "DUPLICATE" as const)]
  const { jobId, uploads, storageEvents } = await retryUntilSuccess(() => createBatch(api, files))
  if (!jobId) throw new Error("the job was not created")
  const expected = new Map<string, Expectation>()
  for (const [index, { item }] of uploads.entries())
    expected.set(item.photoId, expectations[index] ?? "COMPLETED")

  const cancelled = uploads.filter(({ item }) => expected.get(item.photoId) === "CANCELLED")
  for (const { item } of cancelled) await retryUntilSuccess(() => api.cancelPhoto(item.photoId))
  // Cancelled photos are uploaded too, as by a client that has not received the cancellation.
  for (let remaining = uploads; remaining.length > 0; ) {
    const failed = await uploadBatch(
      api,
      { jobId, uploads: remaining, storageEvents },
      { concurrency: 20, timeoutMs: 20_000 },
    )
    const failedIds = new Set(failed.map(({ photoId }) => photoId))
    remaining = remaining.filter(
      ({ item }) => failedIds.has(item.photoId) && expected.get(item.photoId) !== "CANCELLED",
    )
  }
  return { jobId, expected }
}

const truncated = async ({ filename, content }: UploadFile): Promise<UploadFile> => ({
  filename,
  content: content.slice(0, Math.floor(content.size / 2)),
})
