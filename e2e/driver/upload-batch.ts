import type { ApiClient } from "../../client/sdk/src/api/api-client.ts"
import { ApiProblem } from "../../client/sdk/src/api/api-problem.ts"
import { batchedFinalize, finalizeUnconfirmed, UploadNotStored } from "./confirm-uploads.ts"
import type { CreatedBatch, IssuedUpload } from "./create-batch.ts"
import { type PutOptions, putObject, StorageError } from "./put-object.ts"
import { retrying } from "./retrying.ts"
import { uploadMultipart } from "./upload-multipart.ts"

/** A file that was not uploaded, with the error. */
export type FailedUpload = { photoId: string; filename: string; error: Error }

export type UploadBatchOptions = PutOptions & {
  /** Maximum number of concurrent file uploads. */
  concurrency?: number
  onUploaded?: (photoId: string) => void
  /** How long to wait for S3 events before unconfirmed uploads are finalized, in ms. */
  storageEventWaitMs?: number
}

const defaultStorageEventWaitMs = 3000

/**
 * Uploads the files of a batch directly to S3, each with one PUT or in parts, at most `concurrency` at the same time. If
 * the server has no storage events, every upload is finalized; otherwise only those that are unconfirmed after a few
 * seconds. A failed file does not stop the others: transient failures are retried, and remaining failures are returned.
 */
export const uploadBatch = async (
  api: ApiClient,
  { jobId, uploads, storageEvents }: Pick<CreatedBatch, "jobId" | "uploads" | "storageEvents">,
  options: UploadBatchOptions = {},
): Promise<FailedUpload[]> => {
  if (jobId === null) return []
  const finalize = batchedFinalize(api, jobId)
  const failed = new Map<string, FailedUpload>()
  const fail = ({ file, item }: IssuedUpload, error: unknown) => {
    failed.set(item.photoId, { photoId: item.photoId, filename: file.filename, error: toError(error) })
  }
  const confirmations: Promise<void>[] = []
  const byEvent: IssuedUpload[] = []

  const upload = async (issued: IssuedUpload): Promise<void> => {
    const { photoId, multipart, presignedUrl } = issued.item
    // Already uploaded or cancelled: the request was repeated after its first response was lost.
    if (multipart === null && presignedUrl === null) return
    const isConfirmedByEvent = storageEvents && multipart === null
    if (multipart !== null) await uploadInParts(api, issued, options)
    else await uploadInOnePut(api, issued, options)
    if (isConfirmedByEvent) byEvent.push(issued)
    if (isConfirmedByEvent || multipart !== null) return options.onUploaded?.(photoId)
    confirmations.push(
      finalize(photoId).then(
        () => options.onUploaded?.(photoId),
        (error: unknown) => fail(issued, error),
      ),
    )
  }

  const queue = [...uploads]
  const worker = async () => {
    for (let issued = queue.shift(); issued; issued = queue.shift()) {
      const current = issued
      await upload(current).catch((error: unknown) => fail(current, error))
    }
  }
  await Promise.all(Array.from({ length: options.concurrency ?? 100 }, worker))
  await Promise.all(confirmations)
  if (byEvent.length > 0) {
    const photoIds = byEvent.map(({ item }) => item.photoId)
    const waitMs = options.storageEventWaitMs ?? defaultStorageEventWaitMs
    try {
      const missing = await finalizeUnconfirmed(api, jobId, photoIds, waitMs)
      for (const issued of byEvent)
        if (missing.has(issued.item.photoId)) fail(issued, new UploadNotStored(issued.item.photoId))
    } catch (error) {
      for (const issued of byEvent) fail(issued, error)
    }
  }
  return [...failed.values()]
}

const uploadInOnePut = async (
  api: ApiClient,
  { file, item }: IssuedUpload,
  options: PutOptions,
): Promise<void> => {
  if (item.presignedUrl === null) return
  const put = putOptions(options)
  try {
    await retrying(() => putObject(item, file.content, put))
  } catch (error) {
    if (!(error instanceof StorageError) || error.status !== 403) throw error
    // The URL expired while the file was queued.
    const renewed = await retrying(() => api.renewUpload(item.photoId))
    if (renewed.multipart !== null) throw error
    await retrying(() => putObject(renewed, file.content, put))
  }
}

/** A multipart upload is lost only when writes conflict. Several losses in a row have another cause. */
const maxMultipartAttempts = 3

const uploadInParts = async (
  api: ApiClient,
  { file, item: { photoId } }: IssuedUpload,
  options: PutOptions,
): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    await uploadMultipart(api, photoId, file.content, putOptions(options))
    try {
      await retrying(() => api.finalizeUpload(photoId))
      return
    } catch (error) {
      // `object-missing` for a multipart photo: its upload was lost, and the response that reported it was lost too.
      const isLost = error instanceof ApiProblem && /:(upload-lost|object-missing)$/.test(error.problem.type)
      if (!isLost || attempt === maxMultipartAttempts) throw error
    }
  }
}

const putOptions = ({ timeoutMs, fetch }: PutOptions): PutOptions => ({
  ...(timeoutMs !== undefined && { timeoutMs }),
  ...(fetch && { fetch }),
})

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
