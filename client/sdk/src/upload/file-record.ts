import type { UploadItem } from "../api/contract.ts"
import type { FileSource } from "./ports.ts"
import type { FileStatus, UploadFailure, UploadFileState, UploadInput } from "./upload-types.ts"

/** A file inside the engine. `state` is what users see; it is replaced at every change. */
export type FileRecord = {
  readonly id: string
  /** What the user passed, to open it again for a retry. Null: the user did not pass it again after a restart. */
  readonly input: UploadInput | null
  source: FileSource
  state: UploadFileState
  jobId: string | null
  /** The latest presigned request; null until the job is created. */
  request: UploadItem | null
  /** When `request` was received, by the clock of this device. */
  requestedAtMs: number
  /** Whether the server knows the file's hash, so that its presigned request is bound to it. */
  isHashDeclared: boolean
  /** Whether a retry needs a new photo: the server failed this one, or it has the hash of other bytes. */
  needsNewPhoto: boolean
  /** Bytes that S3 has, without those of running requests. */
  storedBytes: number
  /** Bytes of running requests. */
  sendingBytes: number
  /** Aborted when the file is cancelled, or turns out to be a duplicate. */
  controller: AbortController
}

export const newFileRecord = (
  id: string,
  input: UploadInput | null,
  source: FileSource,
  mimeType: string,
): FileRecord => ({
  id,
  input,
  source,
  state: {
    id,
    filename: source.filename,
    path: source.path,
    mimeType,
    status: "waiting",
    bytesSent: 0,
    bytesTotal: source.bytes,
    photoId: null,
    duplicateOf: null,
    sha256: null,
    failure: null,
    thumbnails: [],
  },
  jobId: null,
  request: null,
  requestedAtMs: 0,
  isHashDeclared: false,
  needsNewPhoto: false,
  storedBytes: 0,
  sendingBytes: 0,
  controller: new AbortController(),
})

const finalStatuses: ReadonlySet<FileStatus> = new Set(["completed", "duplicate", "failed", "cancelled"])

/** Whether the status is final. Only `retryFailed` changes it then. */
export const isFinal = (status: FileStatus): boolean => finalStatuses.has(status)

/** The statuses from which a file can enter a status; a late message of the server never moves a file back. */
const order: Readonly<Record<FileStatus, number>> = {
  waiting: 0,
  hashing: 1,
  uploading: 2,
  uploaded: 3,
  processing: 4,
  completed: 5,
  duplicate: 5,
  failed: 5,
  cancelled: 5,
}

/** Whether a file may change from one status to another. */
export const canChange = (from: FileStatus, to: FileStatus): boolean =>
  !isFinal(from) && order[to] >= order[from]

/** A change of a file's state. */
export type FileChange = Partial<
  Pick<UploadFileState, "status" | "bytesSent" | "photoId" | "duplicateOf" | "sha256" | "thumbnails">
> & { failure?: UploadFailure | null }
