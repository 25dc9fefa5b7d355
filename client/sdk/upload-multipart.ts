import type { ApiClient } from "./api-client.ts"
import { ApiProblem } from "./api-problem.ts"
import { type PutOptions, putObject, StorageRefusal } from "./put-object.ts"
import { retrying } from "./retrying.ts"

export type MultipartOptions = PutOptions & {
  /** Parts under way at once. */
  concurrency?: number
  onPart?: (partNumber: number) => void
}

/**
 * Uploads the parts of a photo that S3 does not have yet. The API knows them, so an upload goes on where it stopped,
 * in another process or on another device; finalize makes the photo of them.
 * @throws ApiProblem, StorageRefusal, or what `fetch` throws
 */
export const uploadMultipart = async (
  api: ApiClient,
  photoId: string,
  content: Blob,
  options: MultipartOptions = {},
): Promise<void> => {
  const opened = await retrying(() => api.openMultipartUpload(photoId)).catch((error: unknown) => {
    // Finalized before, by a call whose answer was lost.
    if (error instanceof ApiProblem && error.problem.type.endsWith(":already-uploaded")) return null
    throw error
  })
  if (!opened) return
  let upload = opened
  const { partSize } = upload
  const waiting = upload.parts.filter(({ isStored }) => !isStored).map(({ partNumber }) => partNumber)

  const putPart = async (partNumber: number): Promise<void> => {
    const part = upload.parts[partNumber - 1]
    if (!part) throw new Error(`the API knows no part ${partNumber}`)
    const offset = (partNumber - 1) * partSize
    try {
      await retrying(() => putObject(part, content.slice(offset, offset + part.bytes), options))
    } catch (error) {
      if (!(error instanceof StorageRefusal) || error.status !== 403) throw error
      // The URL has expired while the queue worked through the parts before.
      upload = await retrying(() => api.openMultipartUpload(photoId))
      const fresh = upload.parts[partNumber - 1]
      if (!fresh) throw error
      await putObject(fresh, content.slice(offset, offset + fresh.bytes), options)
    }
    options.onPart?.(partNumber)
  }

  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await putPart(next)
  }
  await Promise.all(Array.from({ length: options.concurrency ?? 4 }, worker))
}
