import { ApiProblem } from "../api/api-problem.ts"
import type { CreateUploadJobRequest, CreateUploadJobResponse } from "../api/contract.ts"
import { failureOf, notAccepted, problemName } from "./errors.ts"
import type { FileRecord } from "./file-record.ts"
import type { SharedContext } from "./upload-context.ts"
import { partBytesFor } from "./upload-plan.ts"
import type { UploadFailure } from "./upload-types.ts"

/** The request that creates a job; stored before it is sent, so that a restarted process can repeat it. */
export type JobRequest = {
  idempotencyKey: string
  fileIds: readonly string[]
  body: CreateUploadJobRequest
}

export type JobOptions = Pick<CreateUploadJobRequest, "allowDuplicates" | "importKeywords" | "multipart">

export type CreatedJob = {
  response: CreateUploadJobResponse
  /** In the order of the response. Undefined: a file that the user did not pass again after a restart. */
  records: readonly (FileRecord | undefined)[]
}

/** Declares the files with what is known about them now: hashes that come later follow with `renew`. */
export const jobRequest = (records: readonly FileRecord[], options: JobOptions): JobRequest => ({
  idempotencyKey: randomKey(),
  fileIds: records.map(({ id }) => id),
  body: {
    files: records.map(({ source, state }) => ({
      filename: source.filename,
      mimeType: state.mimeType,
      bytes: source.bytes,
      ...(state.path !== null && { path: state.path }),
      ...(state.sha256 !== null && { sha256: state.sha256 }),
    })),
    // The order is that of `batchesOf`: the last file is the largest.
    partSize: partBytesFor(records.at(-1)?.source.bytes ?? 0),
    ...options,
  },
})

/**
 * Creates a job. The API creates it with all files or not at all and lists each file that it rejects: those fail
 * here, and the job is created with the others. Returns null if none is left.
 * @param beforeSend called with each request before it is sent
 * @throws ApiProblem when the problem is not about single files
 */
export const createJob = async (
  context: Pick<SharedContext, "api" | "files" | "retry">,
  first: JobRequest,
  beforeSend: (request: JobRequest) => Promise<void>,
): Promise<CreatedJob | null> => {
  let request = first
  for (;;) {
    const { idempotencyKey, body, fileIds } = request
    await beforeSend(request)
    const records = fileIds.map((id) => context.files.byId(id))
    try {
      const response = await context.retry(() => context.api.createUploadJob(body, idempotencyKey))
      return { response, records }
    } catch (error) {
      const rejected = error instanceof ApiProblem ? rejectionsOf(error) : new Map<number, UploadFailure>()
      if (rejected.size === 0) {
        if (!isAboutAllFiles(error)) throw error
        for (const record of records)
          if (record) context.files.change(record, { status: "failed", failure: failureOf(error) })
        return null
      }
      for (const [index, failure] of rejected) {
        const record = records[index]
        if (record) context.files.change(record, { status: "failed", failure })
      }
      if (rejected.size === records.length) return null
      request = withoutFiles(request, rejected)
    }
  }
}

// The files do not fit into the quota, or the account may not upload.
const isAboutAllFiles = (error: unknown): boolean =>
  ["quota-exceeded", "insufficient-scope", "validation-failed"].includes(problemName(error))

const withoutFiles = ({ fileIds, body }: JobRequest, rejected: ReadonlyMap<number, unknown>): JobRequest => {
  const isAccepted = (_: unknown, index: number) => !rejected.has(index)
  return {
    idempotencyKey: randomKey(),
    fileIds: fileIds.filter(isAccepted),
    body: { ...body, files: body.files.filter(isAccepted) },
  }
}

const rejectionsOf = (error: ApiProblem): Map<number, UploadFailure> => {
  const rejections = new Map<number, UploadFailure>()
  for (const { pointer, code, detail } of error.problem.errors ?? []) {
    const index = /^#\/files\/(\d+)\//.exec(pointer)?.[1]
    if (index !== undefined) rejections.set(Number(index), notAccepted(code, detail))
  }
  return rejections
}

// crypto.randomUUID is missing in React Native and on pages without HTTPS.
const randomKey = (): string =>
  Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join("")
