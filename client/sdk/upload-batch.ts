import type { PromisedUpload } from "./announce-batch.ts"
import type { ApiClient } from "./api-client.ts"
import { ApiProblem } from "./api-problem.ts"

/** A file that could not be brought to S3, and why. */
export type FailedUpload = { photoId: string; filename: string; error: Error }

export type UploadBatchOptions = {
  /** PUTs under way at once. */
  concurrency?: number
  /** For one PUT, in ms. */
  timeoutMs?: number
  onUploaded?: (photoId: string) => void
  fetch?: typeof fetch
}

const attempts = 4
const firstPauseMs = 250

/**
 * PUTs every promised file straight to S3 and finalizes it, `concurrency` at a time. One that fails does not stop
 * the others; it is tried again while trying makes sense and is then told in the answer.
 */
export const uploadBatch = async (
  api: ApiClient,
  promised: readonly PromisedUpload[],
  options: UploadBatchOptions = {},
): Promise<FailedUpload[]> => {
  const failed: FailedUpload[] = []
  const waiting = [...promised]
  const worker = async () => {
    for (let upload = waiting.shift(); upload; upload = waiting.shift()) {
      const { photoId } = upload.item
      try {
        await retrying(() => put(upload, options))
        await retrying(() => api.finalizeUpload(photoId))
        options.onUploaded?.(photoId)
      } catch (error) {
        failed.push({ photoId, filename: upload.file.filename, error: toError(error) })
      }
    }
  }
  await Promise.all(Array.from({ length: options.concurrency ?? 100 }, worker))
  return failed
}

/** S3 did not take the bytes. */
export class StorageRefusal extends Error {
  override name = "StorageRefusal"
  readonly status: number

  constructor(status: number) {
    super(`the storage answered ${status}`)
    this.status = status
  }
}

const put = async ({ file, item }: PromisedUpload, options: UploadBatchOptions): Promise<void> => {
  const response = await (options.fetch ?? fetch)(item.presignedUrl, {
    method: item.method,
    headers: item.headers,
    body: file.content,
    signal: AbortSignal.timeout(options.timeoutMs ?? 300_000),
  })
  await response.body?.cancel()
  // The URL creates an object and never replaces it: 412 means that an earlier try arrived and its answer was lost.
  if (!response.ok && response.status !== 412) throw new StorageRefusal(response.status)
}

const retrying = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === attempts || !isTransient(error)) throw error
      await pause(firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random()))
    }
  }
}

// 409: another PUT of the same object is under way. Whatever is neither refusal is the network.
const isTransient = (error: unknown): boolean => {
  if (error instanceof ApiProblem) return error.isTransient
  if (error instanceof StorageRefusal) return error.status >= 500 || error.status === 409
  return true
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
