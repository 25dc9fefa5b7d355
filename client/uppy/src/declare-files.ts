import {
  type ApiClient,
  ApiProblem,
  type CreateUploadJobRequest,
  type UploadItem,
} from "rapid-photo-upload-sdk/api"
import { existingFiles, failFile, type PhotoFile, type PhotoUppy } from "./photo-meta.ts"
import { repeating } from "./repeating.ts"

/** The API accepts this many files in one job. */
const maxFilesPerJob = 500

/** Larger files are sent in parts of this size, in bytes. */
export const partBytes = 8 * 1024 * 1024

export type JobOptions = Pick<CreateUploadJobRequest, "importKeywords">

/**
 * Creates one upload job for the files of an upload, or one for each 500, and stores their ids in `meta`. A file that
 * the API rejects gets an error, and the job is created with the others.
 */
export const declareFiles = async (
  uppy: PhotoUppy,
  api: ApiClient,
  fileIds: readonly string[],
  options: JobOptions,
  onItems: (items: readonly UploadItem[]) => void,
): Promise<void> => {
  // A retried file has its photo already.
  const files = existingFiles(uppy, fileIds).filter(({ meta, error }) => !meta.photoId && !error)
  for (let start = 0; start < files.length; start += maxFilesPerJob) {
    const accepted = await createJob(uppy, api, files.slice(start, start + maxFilesPerJob), options)
    onItems(accepted)
  }
}

const createJob = async (
  uppy: PhotoUppy,
  api: ApiClient,
  files: readonly PhotoFile[],
  options: JobOptions,
): Promise<readonly UploadItem[]> => {
  let waiting = files
  while (waiting.length > 0) {
    const request = { files: waiting.map(declarationOf), partSize: partBytes, ...options }
    const idempotencyKey = crypto.randomUUID()
    try {
      const { jobId, items } = await repeating(() => api.createUploadJob(request, idempotencyKey))
      for (const [index, { id }] of waiting.entries()) {
        const item = items[index]
        if (item && uppy.getFile(id))
          uppy.setFileMeta(id, { photoId: item.photoId, jobId, isMultipart: item.multipart !== null })
      }
      return items
    } catch (error) {
      const rejected = rejectionsOf(error)
      if (rejected.size === 0) throw error
      for (const [index, detail] of rejected) {
        const file = waiting[index]
        if (file) failFile(uppy, file, detail, {})
      }
      waiting = waiting.filter((_, index) => !rejected.has(index))
    }
  }
  return []
}

const declarationOf = ({ name, type, size, meta }: PhotoFile): CreateUploadJobRequest["files"][number] => {
  const path = folderOf(meta.relativePath)
  return { filename: name, mimeType: type, bytes: size ?? 0, ...(path && { path }) }
}

/** Uppy's `relativePath` ends with the filename; dropped folders begin it with a slash. */
const folderOf = (relativePath: unknown): string =>
  typeof relativePath === "string" ? relativePath.split("/").filter(Boolean).slice(0, -1).join("/") : ""

/** The files that a problem names, by index, with what is wrong with them. */
const rejectionsOf = (error: unknown): Map<number, string> => {
  const errors = error instanceof ApiProblem ? (error.problem.errors ?? []) : []
  return new Map(
    errors.flatMap(({ pointer, detail }): [number, string][] => {
      const index = /^#\/files\/(\d+)\//.exec(pointer)?.[1]
      return index === undefined ? [] : [[Number(index), detail]]
    }),
  )
}
