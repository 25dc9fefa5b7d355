import { type ApiClient, createApiClient } from "./api/api-client.ts"
import { passwordTokens, sharedTokens, type TokenSource } from "./api/token-source.ts"
import { createPace } from "./upload/create-pace.ts"
import { openFiles } from "./upload/open-files.ts"
import type { Platform, StoragePort } from "./upload/ports.ts"
import { matchStored } from "./upload/restore-upload.ts"
import { startUpload } from "./upload/upload.ts"
import {
  isMissing,
  type StoredFile,
  type StoredUpload,
  storageKey,
  storedUploads,
} from "./upload/upload-store.ts"
import type { UnfinishedUpload, Upload, UploadInput, UploadOptions } from "./upload/upload-types.ts"

/** How a client signs in: with a password, or with tokens of the app's own identity provider. */
export type Credentials =
  | { email: string; password: string }
  | {
      /** Returns an access token. `isRejected`: the server rejected the last one. */
      getAccessToken: (context: { isRejected: boolean }) => Promise<string> | string
    }

export type ClientOptions = Credentials & {
  /** Base URL of the edge, e.g. `https://photos.example.com`. */
  baseUrl: string
  /** Where unfinished uploads are remembered. Default: IndexedDB in browsers, a folder in Node.js, none in React Native. */
  storage?: StoragePort | null
  /** Time limit of one request to the API, in ms. Default 30,000. */
  timeoutMs?: number
  fetch?: typeof fetch
}

export type Client = {
  /** Every operation of the API. */
  api: ApiClient
  /** Uploads files. Starts at once. */
  upload: (files: Iterable<UploadInput>, options?: UploadOptions) => Upload
  /** The uploads that an earlier page or process did not finish, oldest first, without those that run now. */
  findUnfinished: () => Promise<UnfinishedUpload[]>
}

/** Creates a client for a platform. Apps call the `createClient` of their platform instead. */
export const createClientFor = (platform: Platform, options: ClientOptions): Client => {
  const send = options.fetch ?? ((...parameters: Parameters<typeof fetch>) => fetch(...parameters))
  const { baseUrl, timeoutMs } = options
  const pace = createPace()
  const base = { baseUrl, fetch: send, ...(timeoutMs !== undefined && { timeoutMs }) }
  const tokens = tokensOf(options, createApiClient(base))
  const api = createApiClient({ ...base, tokens, onHeaders: pace.onHeaders })
  const dependencies = {
    api,
    platform: options.storage === undefined ? platform : { ...platform, storage: options.storage },
    channels: platform.channels(api, baseUrl.replace(/\/$/, ""), send),
    pace,
  }

  const { locks, storage } = dependencies.platform
  const started = new Set<string>()
  const start = (
    inputs: Iterable<UploadInput>,
    uploadOptions: UploadOptions,
    stored: StoredUpload | null,
  ) => {
    const opening = openFiles(dependencies.platform, [...inputs], randomId).then((opened) =>
      stored ? matchStored(stored, opened) : opened,
    )
    const identity = stored ?? { uploadId: randomId(), createdAt: new Date().toISOString() }
    const upload = startUpload(dependencies, opening, identity, uploadOptions, stored)
    const { uploadId } = identity
    started.add(uploadId)
    // Files that were not passed to `resume` can be found again.
    void upload.done.then(() => started.delete(uploadId))
    // Other tabs see the lock and leave the upload to this one. The browser releases it when the page is closed.
    void locks?.request(storageKey(uploadId), () => upload.done).catch(() => {})
    return upload
  }
  return {
    api,
    upload: (files, uploadOptions = {}) => start(files, uploadOptions, null),
    findUnfinished: async () => {
      const held = new Set((await locks?.query())?.held?.map(({ name }) => name))
      const stored = await storedUploads(storage)
      return stored
        .filter(({ uploadId }) => !started.has(uploadId) && !held.has(storageKey(uploadId)))
        .map((upload) => unfinished(upload, storage, api, start))
    },
  }
}

const tokensOf = (options: ClientOptions, api: ApiClient): TokenSource => {
  if (!("getAccessToken" in options)) return passwordTokens(api, options)
  const { getAccessToken } = options
  return sharedTokens(async (isFirst) => getAccessToken({ isRejected: !isFirst }))
}

const unfinished = (
  stored: StoredUpload,
  storage: StoragePort | null,
  api: ApiClient,
  start: (files: Iterable<UploadInput>, options: UploadOptions, stored: StoredUpload) => Upload,
): UnfinishedUpload => {
  const jobIds = [...new Set(stored.files.flatMap(({ jobId }) => jobId ?? []))]
  return {
    uploadId: stored.uploadId,
    createdAt: stored.createdAt,
    jobIds,
    files: stored.files.map(fileOf),
    missing: stored.files.filter(({ status }) => isMissing(status)).map(fileOf),
    resume: (files, options = {}) => start(files, options, stored),
    discard: async () => {
      // A job whose photos are all uploaded or terminal has nothing to cancel.
      await Promise.all(jobIds.map((jobId) => api.cancelUploadJob(jobId).catch(() => {})))
      await storage?.remove(storageKey(stored.uploadId))
    },
  }
}

const fileOf = ({ filename, path, bytes, lastModifiedMs }: StoredFile) => ({
  filename,
  path,
  bytes,
  lastModifiedMs,
})

const randomId = (): string =>
  Array.from({ length: 20 }, () => Math.floor(Math.random() * 36).toString(36)).join("")
