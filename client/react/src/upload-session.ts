import type {
  Client,
  Upload,
  UploadFileState,
  UploadInput,
  UploadOptions,
  UploadResult,
} from "rapid-photo-upload-sdk"

/** What the hook needs of the SDK's client. */
export type UploadClient = Pick<Client, "upload">

/** All files that were passed to `upload` since the last `reset`. */
export type UploadState = {
  readonly files: readonly UploadFileState[]
  /** The server has processed these. */
  readonly uploadedFiles: readonly UploadFileState[]
  /** The account has the same bytes already: these were not sent. */
  readonly duplicateFiles: readonly UploadFileState[]
  readonly failedFiles: readonly UploadFileState[]
  readonly cancelledFiles: readonly UploadFileState[]
  /** Mean progress of the files, from 0 to 1. A file is at 1 when all of its bytes are sent. */
  readonly averageProgress: number
  /** Bytes per second; null while unknown. */
  readonly bytesPerSecond: number | null
  /** Milliseconds until all bytes are sent; null while unknown. */
  readonly remainingMs: number | null
  /** Whether some file has no final status yet. */
  readonly isPending: boolean
  readonly isPaused: boolean
  /** Whether files were uploaded and each has a final status. */
  readonly isSettled: boolean
  /** Whether every file is stored: uploaded or a duplicate. */
  readonly allSucceeded: boolean
  readonly hasFailedFiles: boolean
}

/** The uploads of one hook, as a store that React can subscribe to. */
export type UploadSession = {
  readonly subscribe: (onChange: () => void) => () => void
  readonly getState: () => UploadState
  readonly upload: (files: Iterable<UploadInput>, options?: UploadOptions) => Promise<UploadResult>
  readonly pause: () => void
  readonly resume: () => void
  readonly cancel: () => void
  readonly cancelFile: (id: string) => void
  readonly retry: () => Promise<void>
  readonly reset: () => void
}

export const createUploadSession = (client: UploadClient): UploadSession => {
  const listeners = new Set<() => void>()
  const pending = new Set<Upload>()
  let uploads: readonly Upload[] = []
  let state = emptyState

  const refresh = () => {
    state = uploads.length === 0 ? emptyState : stateOf(uploads, pending.size > 0)
    for (const listener of listeners) listener()
  }
  // Status changes of single files are not listened to: `progress` follows them and comes at most ten times a second.
  const follow = (upload: Upload) => {
    for (const type of ["progress", "paused", "resumed"] as const) upload.on(type, refresh)
    upload.on("done", () => {
      pending.delete(upload)
      refresh()
    })
  }
  const start = (upload: Upload): Promise<UploadResult> => {
    pending.add(upload)
    refresh()
    return upload.done
  }

  return {
    subscribe: (onChange) => {
      listeners.add(onChange)
      return () => listeners.delete(onChange)
    },
    getState: () => state,
    upload: (files, options) => {
      const upload = client.upload(files, options)
      uploads = [...uploads, upload]
      follow(upload)
      return start(upload)
    },
    pause: () => {
      for (const upload of pending) upload.pause()
    },
    resume: () => {
      for (const upload of pending) upload.resume()
    },
    cancel: () => {
      for (const upload of pending) upload.cancel()
    },
    cancelFile: (id) => {
      for (const upload of pending) upload.cancelFile(id)
    },
    retry: async () => {
      await Promise.all(uploads.filter((upload) => upload.retryFailed() > 0).map(start))
    },
    reset: () => {
      for (const upload of pending) upload.cancel()
      pending.clear()
      uploads = []
      refresh()
    },
  }
}

const emptyState: UploadState = {
  files: [],
  uploadedFiles: [],
  duplicateFiles: [],
  failedFiles: [],
  cancelledFiles: [],
  averageProgress: 0,
  bytesPerSecond: null,
  remainingMs: null,
  isPending: false,
  isPaused: false,
  isSettled: false,
  allSucceeded: false,
  hasFailedFiles: false,
}

const stateOf = (uploads: readonly Upload[], isPending: boolean): UploadState => {
  const progresses = uploads.map(({ progress }) => progress)
  const files = progresses.flatMap((progress) => progress.files)
  const withStatus = (status: UploadFileState["status"]) => files.filter((file) => file.status === status)
  const uploadedFiles = withStatus("completed")
  const duplicateFiles = withStatus("duplicate")
  const failedFiles = withStatus("failed")
  const sum = (values: readonly (number | null)[]) =>
    values.some((value) => value !== null)
      ? values.reduce<number>((total, value) => total + (value ?? 0), 0)
      : null
  const bytesPerSecond = sum(progresses.map((progress) => progress.bytesPerSecond))
  const bytesLeft = progresses.reduce((total, { bytesTotal, bytesSent }) => total + bytesTotal - bytesSent, 0)
  return {
    files,
    uploadedFiles,
    duplicateFiles,
    failedFiles,
    cancelledFiles: withStatus("cancelled"),
    averageProgress:
      files.length === 0 ? 0 : files.reduce((total, file) => total + progressOf(file), 0) / files.length,
    bytesPerSecond,
    remainingMs: bytesPerSecond ? Math.round((bytesLeft / bytesPerSecond) * 1000) : null,
    isPending,
    isPaused: uploads.some((upload) => upload.isPaused),
    isSettled: !isPending,
    allSucceeded: !isPending && uploadedFiles.length + duplicateFiles.length === files.length,
    hasFailedFiles: failedFiles.length > 0,
  }
}

const progressOf = ({ bytesSent, bytesTotal }: UploadFileState): number =>
  bytesTotal === 0 ? 1 : bytesSent / bytesTotal
