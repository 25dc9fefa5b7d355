import type { ApiClient } from "../../client/sdk/src/api/api-client.ts"
import { ApiProblem } from "../../client/sdk/src/api/api-problem.ts"
import { type PutOptions, putObject, StorageError } from "./put-object.ts"
import { retrying } from "./retrying.ts"

export type MultipartOptions = PutOptions & {
  /** Maximum number of concurrent part uploads. */
  concurrency?: number
  onPart?: (partNumber: number) => void
}

/**
 * Uploads the parts of a photo that S3 does not have yet. The API lists them, so an upload can be resumed after an
 * interruption, also in another process or on another device. Call finalize afterwards.
 * @throws ApiProblem, StorageError, or what `fetch` throws
 */
export const uploadMultipart = async (
  api: ApiClient,
  photoId: string,
  content: Blob,
  options: MultipartOptions = {},
): Promise<void> => {
  const opened = await retrying(() => api.openMultipartUpload(photoId)).catch((error: unknown) => {
    // Already finalized by a call whose response was lost.
    if (error instanceof ApiProblem && error.problem.type.endsWith(":already-uploaded")) return null
    throw error
  })
  if (!opened) return
  let upload = opened
  const { partSize } = upload
  const queue = upload.parts.filter(({ isStored }) => !isStored).map(({ partNumber }) => partNumber)

  const putPart = async (partNumber: number): Promise<void> => {
    const part = upload.parts[partNumber - 1]
    if (!part) throw new Error(`the API returned no part ${partNumber}`)
    const offset = (partNumber - 1) * partSize
    try {
      await retrying(() => putObject(part, content.slice(offset, offset + part.bytes), options))
    } catch (error) {
      if (!(error instanceof StorageError) || error.status !== 403) throw error
      // The URL expired while earlier parts were uploaded.
      upload = await retrying(() => api.openMultipartUpload(photoId))
      const renewed = upload.parts[partNumber - 1]
      if (!renewed) throw error
      await putObject(renewed, content.slice(offset, offset + renewed.bytes), options)
    }
    options.onPart?.(partNumber)
  }

  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await putPart(next)
  }
  await Promise.all(Array.from({ length: options.concurrency ?? 4 }, worker))
}
