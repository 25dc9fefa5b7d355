import type { CreateUploadJobResponse } from "../../edge/commands/create-upload-job/schema.ts"
import type { ApiClient } from "./api-client.ts"
import { ApiProblem, type ProblemDocument } from "./api-problem.ts"
import { mediaTypeOf } from "./media-type.ts"
import { retrying } from "./retrying.ts"

/** A file to upload: anything with bytes, and the name its owner knows it by. */
export type UploadFile = { filename: string; content: Blob }

/** A file that the API refused, and why. */
export type RefusedUpload = { filename: string; code: string; detail: string }

/** A file with the presigned request that uploads it. */
export type IssuedUpload = { file: UploadFile; item: CreateUploadJobResponse["items"][number] }

export type CreatedBatch = {
  /** Null when every file was refused. */
  jobId: string | null
  uploads: IssuedUpload[]
  refused: RefusedUpload[]
  /** Whether the server learns of each upload from S3. */
  storageEvents: boolean
}

/**
 * Creates an upload job of the files that the API accepts. The API accepts a job as a whole or not at all and names
 * each file that it refuses, so a second call without those files succeeds.
 * @throws ApiProblem when the refusal is not about single files
 */
export const createBatch = async (api: ApiClient, files: readonly UploadFile[]): Promise<CreatedBatch> => {
  const declared: DeclaredUpload[] = []
  // One after the other: hashing reads a whole file into memory.
  for (const file of files) declared.push(await declare(file))
  try {
    return await create(api, files, declared)
  } catch (error) {
    const refusals = error instanceof ApiProblem ? refusalsOf(error.problem) : new Map<number, Refusal>()
    if (refusals.size === 0) throw error
    const refused = [...refusals].map(([index, refusal]) => ({
      filename: files[index]?.filename ?? "",
      ...refusal,
    }))
    const isTaken = (_: unknown, index: number) => !refusals.has(index)
    if (refused.length === files.length) return { jobId: null, uploads: [], refused, storageEvents: true }
    return { ...(await create(api, files.filter(isTaken), declared.filter(isTaken))), refused }
  }
}

type DeclaredUpload = { filename: string; mimeType: string; bytes: number; sha256: string }
type Refusal = Pick<RefusedUpload, "code" | "detail">

const declare = async ({ filename, content }: UploadFile): Promise<DeclaredUpload> => ({
  filename,
  mimeType: await mediaTypeOf(content, filename),
  bytes: content.size,
  sha256: await sha256Of(content),
})

const create = async (
  api: ApiClient,
  files: readonly UploadFile[],
  declared: readonly DeclaredUpload[],
): Promise<CreatedBatch> => {
  // With an idempotency key, so that repeating a request whose answer was lost creates no second job.
  const idempotencyKey = crypto.randomUUID()
  const { jobId, items, storageEvents } = await retrying(() =>
    api.createUploadJob({ files: [...declared] }, idempotencyKey),
  )
  const uploads = files.flatMap((file, index) => {
    const item = items[index]
    return item ? [{ file, item }] : []
  })
  return { jobId, uploads, refused: [], storageEvents }
}

const refusalsOf = (problem: ProblemDocument): Map<number, Refusal> => {
  const refusals = new Map<number, Refusal>()
  for (const { pointer, code, detail } of problem.errors ?? []) {
    const index = /^#\/files\/(\d+)\//.exec(pointer)?.[1]
    if (index !== undefined) refusals.set(Number(index), { code, detail })
  }
  return refusals
}

/** Binds the presigned URL to these bytes: S3 refuses others. */
const sha256Of = async (content: Blob): Promise<string> => {
  const digest = await crypto.subtle.digest("SHA-256", await content.arrayBuffer())
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")
}
