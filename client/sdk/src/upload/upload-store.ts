import type { JobRequest } from "./create-job.ts"
import { type FileRecord, isFinal } from "./file-record.ts"
import type { FileTable } from "./file-table.ts"
import type { StoragePort } from "./ports.ts"
import type { FileStatus, UploadFileState } from "./upload-types.ts"

/** A file of an upload that was not finished. Its bytes are not stored: the user passes the files again. */
export type StoredFile = Pick<
  UploadFileState,
  "id" | "filename" | "path" | "mimeType" | "status" | "photoId" | "duplicateOf" | "sha256" | "failure"
> & {
  bytes: number
  lastModifiedMs: number | null
  jobId: string | null
}

/** What is needed to continue an upload after a reload or restart. */
export type StoredUpload = {
  version: 1
  uploadId: string
  createdAt: string
  files: StoredFile[]
  /** Requests whose response is unknown. They are repeated with the same key. */
  requests: JobRequest[]
}

const prefix = "rapid-photo-upload:"

export const storageKey = (uploadId: string): string => `${prefix}${uploadId}`

/** Changes are collected for this time before they are written, in ms. */
const writeDelayMs = 500

/** Whether the bytes of a file with this status are still needed. */
export const isMissing = (status: FileStatus): boolean => ["waiting", "hashing", "uploading"].includes(status)

export type UploadStore = {
  /** Writes the present state soon. */
  touch: () => void
  /** Writes the present state now: before a request that must be repeatable. */
  flush: (requests: readonly JobRequest[]) => Promise<void>
  /** Forgets the upload, except for files that were not passed again after a restart. */
  remove: () => Promise<void>
  /** Stores the upload again: its failed files were started again. */
  reopen: () => void
}

/** Keeps the stored form of one upload up to date. A storage that fails does not stop the upload. */
export const uploadStore = (
  storage: StoragePort | null,
  { uploadId, createdAt }: Pick<StoredUpload, "uploadId" | "createdAt">,
  files: FileTable,
  stored: StoredUpload | null,
): UploadStore => {
  const key = storageKey(uploadId)
  const leftover = () => (stored?.files ?? []).filter(({ id, status }) => !files.byId(id) && !isFinal(status))
  let requests: readonly JobRequest[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let isRemoved = false
  let writing = Promise.resolve()

  const write = () => {
    clearTimeout(timer)
    timer = undefined
    if (isRemoved || !storage) return writing
    const upload: StoredUpload = {
      version: 1,
      uploadId,
      createdAt,
      files: [...files.records.map(storedFile), ...leftover()],
      requests: [...requests],
    }
    writing = writing.then(() => storage.set(key, JSON.stringify(upload))).catch(() => {})
    return writing
  }
  return {
    touch: () => {
      if (!isRemoved) timer ??= setTimeout(write, writeDelayMs)
    },
    flush: (pending) => {
      requests = pending
      return write()
    },
    remove: async () => {
      if (leftover().length > 0) return write()
      isRemoved = true
      clearTimeout(timer)
      timer = undefined
      writing = writing.then(() => storage?.remove(key)).catch(() => {})
      await writing
    },
    reopen: () => {
      isRemoved = false
    },
  }
}

const storedFile = ({ id, source, state, jobId, needsNewPhoto }: FileRecord): StoredFile => {
  const { filename, path, mimeType, status, photoId, duplicateOf, sha256, failure } = state
  const file = { id, filename, path, mimeType, status, photoId, jobId, duplicateOf, sha256, failure }
  const { bytes, lastModifiedMs } = source
  // What `retryFailed` would send is missing.
  const restarted = failure?.isRetryable && {
    status: "waiting" as const,
    failure: null,
    ...(needsNewPhoto && { photoId: null, jobId: null }),
  }
  return { ...file, ...restarted, bytes, lastModifiedMs }
}

/** Reads the uploads that were not finished, oldest first. An entry that cannot be read is removed. */
export const storedUploads = async (storage: StoragePort | null): Promise<StoredUpload[]> => {
  if (!storage) return []
  const uploads: StoredUpload[] = []
  for (const key of await storage.keys()) {
    if (!key.startsWith(prefix)) continue
    const stored = parse(await storage.get(key))
    if (stored) uploads.push(stored)
    else await storage.remove(key)
  }
  return uploads.sort((a, b) => a.createdAt.localeCompare(b.createdAt))
}

const parse = (text: string | null): StoredUpload | null => {
  try {
    const stored = JSON.parse(text ?? "null") as StoredUpload | null
    return stored?.version === 1 && Array.isArray(stored.files) ? stored : null
  } catch {
    return null
  }
}
