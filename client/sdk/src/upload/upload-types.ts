import type { PhotoResponse } from "../api/contract.ts"

/**
 * The status of a file.
 *
 * `uploaded` means that S3 has the bytes; `completed` means that the server has verified and processed them. The last
 * four are final.
 */
export type FileStatus =
  | "waiting"
  | "hashing"
  | "uploading"
  | "uploaded"
  | "processing"
  | "completed"
  | "duplicate"
  | "failed"
  | "cancelled"

/** Why a file failed. `code` is stable and for programs; `title` and `detail` are for people. */
export type UploadFailure = {
  code: string
  title: string
  detail: string
  /** Whether `retryFailed` can succeed without a change of the file. */
  isRetryable: boolean
}

/** A file of an upload as it is now. A new object per change, so that it can be compared by identity. */
export type UploadFileState = {
  /** Stable from the start, also across a resume. `cancelFile` takes it. */
  readonly id: string
  readonly filename: string
  /** The folder of the file relative to the folder that the user chose, with `/`. Null for a single file. */
  readonly path: string | null
  readonly mimeType: string
  readonly status: FileStatus
  readonly bytesSent: number
  readonly bytesTotal: number
  /** Null until the job is created, or if the API rejected the file. */
  readonly photoId: string | null
  /** For `duplicate`: the photo that has the same content. */
  readonly duplicateOf: string | null
  /** Hex SHA-256; null while unknown. */
  readonly sha256: string | null
  readonly failure: UploadFailure | null
  /** Empty until `completed`. */
  readonly thumbnails: PhotoResponse["thumbnails"]
}

/** The sums over all files of an upload. `bytesSent` never decreases. */
export type UploadProgress = {
  readonly bytesSent: number
  readonly bytesTotal: number
  /** Bytes per second over the last seconds; null before the first measurement and while paused. */
  readonly bytesPerSecond: number | null
  /** Milliseconds until all bytes are sent at this rate; null if unknown. */
  readonly remainingMs: number | null
  readonly counts: Readonly<Record<FileStatus, number>>
  readonly files: readonly UploadFileState[]
}

/** The result of an upload: every file is in exactly one list. */
export type UploadResult = {
  readonly jobIds: readonly string[]
  readonly completed: readonly UploadFileState[]
  readonly failed: readonly UploadFileState[]
  readonly duplicates: readonly UploadFileState[]
  readonly cancelled: readonly UploadFileState[]
  /** Why the tags of `options.tags` could not be added; null if they were. */
  readonly tagFailure: UploadFailure | null
}

/** Why an upload sends nothing at the moment. */
export type PauseReason = "user" | "offline"

/** What happens during an upload, in order. `for await (const event of job)` yields these. */
export type UploadEvent =
  | ({ readonly type: "progress" } & UploadProgress)
  /** One file changed its status. */
  | { readonly type: "file"; readonly file: UploadFileState }
  | { readonly type: "paused"; readonly reason: PauseReason }
  | { readonly type: "resumed" }
  /** A file made no progress for some seconds; its request is repeated. */
  | { readonly type: "stalled"; readonly file: UploadFileState }
  /** Every file has a final status. */
  | { readonly type: "done"; readonly result: UploadResult }

export type UploadEventType = UploadEvent["type"]

/** Options of `client.upload`. */
export type UploadOptions = {
  /** The largest number of requests to S3 at once. The SDK uses fewer when more do not help. Default 6. */
  concurrency?: number
  /** Cancels the upload, as `job.cancel()` does. */
  signal?: AbortSignal
  /** Tags that every completed photo gets. */
  tags?: readonly string[]
  /** Whether to hash files, so that S3 and the server verify every byte. Default true where a hasher exists. */
  checksums?: boolean
  /** Whether to upload files that the account has already. Default false. */
  allowDuplicates?: boolean
  /** Whether to read the thumbnails of completed photos. Default true. */
  thumbnails?: boolean
  /** Whether keywords inside the photos become tags. Default false. */
  importKeywords?: boolean
  /** The pauses before repeated attempts of one request, in ms, before jitter. Default [500, 1000, 2000, 4000, 8000, 15000]. */
  retryDelaysMs?: readonly number[]
}

/** An upload of any number of files, spread over as many upload jobs as the API needs. */
export type Upload = AsyncIterable<UploadEvent> & {
  /** The upload jobs created so far: one per 500 files. */
  readonly jobIds: readonly string[]
  readonly files: readonly UploadFileState[]
  readonly progress: UploadProgress
  readonly isPaused: boolean
  /** Resolves when the server has processed every file. Never rejects because of a single file. */
  readonly done: Promise<UploadResult>
  /** Calls the listener for every event of this type. Returns a function that removes it. */
  on: <Type extends UploadEventType>(
    type: Type,
    listener: (event: Extract<UploadEvent, { type: Type }>) => void,
  ) => () => void
  /** Stops sending; running requests are aborted, and their bytes sent again unless their part is stored. */
  pause: () => void
  resume: () => void
  /** Cancels every file without a final status, here and on the server. */
  cancel: () => void
  cancelFile: (id: string) => void
  /** Starts all retryable failed files again. `done` then is a new promise. Returns how many. */
  retryFailed: () => number
}

/** A file of an unfinished upload. */
export type UnfinishedFile = {
  readonly filename: string
  readonly path: string | null
  readonly bytes: number
  readonly lastModifiedMs: number | null
}

/** An upload that an earlier page or process did not finish. */
export type UnfinishedUpload = {
  readonly uploadId: string
  readonly createdAt: string
  readonly jobIds: readonly string[]
  /** All files of the upload. */
  readonly files: readonly UnfinishedFile[]
  /** Files whose bytes are not all stored: pass them to `resume`. */
  readonly missing: readonly UnfinishedFile[]
  /** Continues with the files, matched by path, name, size and modification time; sends only what is missing. */
  resume: (files: readonly UploadInput[], options?: UploadOptions) => Upload
  /** Cancels what is not uploaded and forgets the upload. */
  discard: () => Promise<void>
}

/** A photo in React Native, as image pickers return it. */
export type NativeFile = { uri: string; name: string; type: string; size: number }

/** A photo that is read as a stream, for Node.js. `open` is called once per attempt and returns fresh bytes. */
export type StreamFile = {
  name: string
  size: number
  type?: string
  path?: string
  lastModifiedMs?: number
  open: (start: number, end: number) => ReadableStream<Uint8Array>
}

/** A file on disk with its folder relative to the folder that the user chose, for Node.js. */
export type DiskFile = { file: string; path?: string }

/** What `client.upload` accepts: `File` or `Blob` anywhere, path strings in Node.js, `NativeFile` in React Native. */
export type UploadInput =
  | File
  | { name: string; content: Blob; path?: string }
  | NativeFile
  | StreamFile
  | DiskFile
  | string
