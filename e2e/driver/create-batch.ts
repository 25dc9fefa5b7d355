import type { ApiClient } from "../../client/sdk/src/api/api-client.ts"
import { ApiProblem, type ProblemDocument } from "../../client/sdk/src/api/api-problem.ts"
import type { CreateUploadJobResponse } from "../../client/sdk/src/api/contract.ts"
import { blobSource } from "../../client/sdk/src/platform/blob-source.ts"
import { mediaTypeOf } from "../../client/sdk/src/upload/media-type.ts"
import { retrying } from "./retrying.ts"

/** A file to upload: its content and its name. */
export type UploadFile = { filename: string; content: Blob }

/** A file that the API rejected, with the reason. */
export type RejectedUpload = { filename: string; code: string; detail: string }

/** A file and the presigned request that uploads it. */
export type IssuedUpload = { file: UploadFile; item: CreateUploadJobResponse["items"][number] }

export type CreatedBatch = {
  /** Null when every file was rejected. */
  jobId: string | null
  uploads: IssuedUpload[]
  rejected: RejectedUpload[]
  /** Whether S3 events confirm the uploads to the server. */
  storageEvents: boolean
}

/**
 * Creates an upload job of the files that the API accepts. The API creates a job with all files or not at all, and
 * lists each rejected file, so a second call without those files succeeds.
 * @throws ApiProblem when the problem does not concern single files
 */
export const createBatch = async (api: ApiClient, files: readonly UploadFile[]): Promise<CreatedBatch> => {
  const declared: DeclaredUpload[] = []
  // Sequentially, because hashing reads a whole file into memory.
  for (const file of files) declared.push(await declare(file))
  try {
    return await create(api, files, declared)
  } catch (error) {
    const rejections =
      error instanceof ApiProblem ? rejectionsOf(error.problem) : new Map<number, Rejection>()
    if (rejections.size === 0) throw error
    const rejected = [...rejections].map(([index, rejection]) => ({
      filename: files[index]?.filename ?? "",
      ...rejection,
    }))
    const isAccepted = (_: unknown, index: number) => !rejections.has(index)
    if (rejected.length === files.length) return { jobId: null, uploads: [], rejected, storageEvents: true }
    return { ...(await create(api, files.filter(isAccepted), declared.filter(isAccepted))), rejected }
  }
}

type DeclaredUpload = { filename: string; mimeType: string; bytes: number; sha256: string }
type Rejection = Pick<RejectedUpload, "code" | "detail">

const declare = async ({ filename, content }: UploadFile): Promise<DeclaredUpload> => ({
  filename,
  mimeType: await mediaTypeOf(blobSource(content, { filename, path: null, lastModifiedMs: null })),
  bytes: content.size,
  sha256: await sha256Of(content),
})

const create = async (
  api: ApiClient,
  files: readonly UploadFile[],
  declared: readonly DeclaredUpload[],
): Promise<CreatedBatch> => {
  // The idempotency key prevents a second job when the response is lost and the request is repeated.
  const idempotencyKey = crypto.randomUUID()
  const { jobId, items, storageEvents } = await retrying(() =>
    api.createUploadJob({ files: [...declared] }, idempotencyKey),
  )
  const uploads = files.flatMap((file, index) => {
    const item = items[index]
    return item ? [{ file, item }] : []
  })
  return { jobId, uploads, rejected: [], storageEvents }
}

const rejectionsOf = (problem: ProblemDocument): Map<number, Rejection> => {
  const rejections = new Map<number, Rejection>()
  for (const { pointer, code, detail } of problem.errors ?? []) {
    const index = /^#\/files\/(\d+)\//.exec(pointer)?.[1]
    if (index !== undefined) rejections.set(Number(index), { code, detail })
  }
  return rejections
}

/** The hash binds the presigned URL to these bytes: S3 rejects any other content. */
const sha256Of = async (content: Blob): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", await content.arrayBuffer())
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")
}
