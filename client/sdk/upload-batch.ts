import type { ApiClient } from "./api-client.ts"
import type { IssuedUpload } from "./create-batch.ts"
import { type PutOptions, putObject, StorageRefusal } from "./put-object.ts"
import { retrying } from "./retrying.ts"
import { uploadMultipart } from "./upload-multipart.ts"

/** A file that could not be brought to S3, and why. */
export type FailedUpload = { photoId: string; filename: string; error: Error }

export type UploadBatchOptions = PutOptions & {
  /** Files under way at once. */
  concurrency?: number
  onUploaded?: (photoId: string) => void
}

/**
 * Brings every uploads file straight to S3, in one PUT or in parts, and finalizes it, `concurrency` at a time. One
 * that fails does not stop the others; it is tried again while trying makes sense and is then told in the answer.
 */
export const uploadBatch = async (
  api: ApiClient,
  uploads: readonly IssuedUpload[],
  options: UploadBatchOptions = {},
): Promise<FailedUpload[]> => {
  const failed: FailedUpload[] = []
  const waiting = [...uploads]
  const worker = async () => {
    for (let upload = waiting.shift(); upload; upload = waiting.shift()) {
      const { photoId } = upload.item
      try {
        await bringToStorage(api, upload, options)
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

const bringToStorage = async (
  api: ApiClient,
  { file, item }: IssuedUpload,
  { timeoutMs, fetch }: PutOptions,
): Promise<void> => {
  const put = { ...(timeoutMs !== undefined && { timeoutMs }), ...(fetch && { fetch }) }
  if (item.multipart !== null) return uploadMultipart(api, item.photoId, file.content, put)
  try {
    await retrying(() => putObject(item, file.content, put))
  } catch (error) {
    if (!(error instanceof StorageRefusal) || error.status !== 403) throw error
    // The URL has expired while the queue worked through the files before.
    const renewed = await retrying(() => api.renewUpload(item.photoId))
    if (renewed.multipart !== null) throw error
    await retrying(() => putObject(renewed, file.content, put))
  }
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
