import type { JobRequest } from "./create-job.ts"
import { type FileRecord, isFinal } from "./file-record.ts"
import type { FileTable } from "./file-table.ts"
import type { StoragePort } from "./ports.ts"
import type { FileStatus } from "./upload-types.ts"

/** A file of an upload that was not finished. Its bytes are not stored: the user passes the files again. */
export type StoredFile = {
  id: string
  filename: string
  path: string | null
  bytes: number
  lastModifiedMs: number | null
  mimeType: string
  status: FileStatus
  photoId: string | null
  jobId: string | null
  sha256: string | null
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

/** Changes are collected for this time before they are written, in ms. */
const writeDelayMs = 500

export type UploadStore = {
  /** Writes the present state soon. */
  touch: () => void
  /** Writes the present state now: before a request that must be repeatable. */
  flush: (requests: readonly JobRequest[]) => Promise<void>
  /** Forgets the upload, except for files that were not passed again after a restart. */
  remove: () => Promise<void>
}

/** Keeps the stored form of one upload up to date. A storage that fails does not stop the upload. */
export const uploadStore = (
  storage: StoragePort | null,
  { uploadId, createdAt }: Pick<StoredUpload, "uploadId" | "createdAt">,
  files: FileTable,
  stored: StoredUpload | null,
): UploadStore => {
  const leftover = () => (stored?.files ?? []).filter(({ id, status }) => !files.byId(id) && !isFinal(status))
  let requests: readonly JobRequest[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let isRemoved = false
  let writing = Promise.resolve()

  const write = () => {
    clearTimeout(timer)
    timer = undefined
    if (isRemoved) return writing
    const stored: StoredUpload = {
      version: 1,
      uploadId,
      createdAt,
      files: [...files.records.map(storedFile), ...leftover()],
      requests: [...requests],
    }
    writing = writing.then(() => storage?.set(`${prefix}${uploadId}`, JSON.stringify(stored))).catch(() => {})
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
      if (leftover().length > 0) {
        await write()
        return
      }
      isRemoved = true
      clearTimeout(timer)
      await writing
      await storage?.remove(`${prefix}${uploadId}`).catch(() => {})
    },
  }
}

const storedFile = ({ id, source, state, jobId }: FileRecord): StoredFile => ({
  id,
  filename: source.filename,
  path: source.path,
  bytes: source.bytes,
  lastModifiedMs: source.lastModifiedMs,
  mimeType: state.mimeType,
  status: state.status,
  photoId: state.photoId,
  jobId,
  sha256: state.sha256,
})

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
