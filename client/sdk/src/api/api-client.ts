import type {
  AccountResponse,
  CancelPhotoResponse,
  CancelUploadJobResponse,
  CreateUploadJobRequest,
  CreateUploadJobResponse,
  DeletePhotosRequest,
  DeletePhotosResponse,
  DownloadUrlResponse,
  DryRunResponse,
  FinalizeUploadJobRequest,
  FinalizeUploadJobResponse,
  FinalizeUploadResponse,
  ListPhotoMonthsResponse,
  ListPhotosResponse,
  ListUploadJobsResponse,
  ListWebhookDeliveriesResponse,
  ListWebhooksResponse,
  LiveTicketResponse,
  OpenMultipartUploadRequest,
  OpenMultipartUploadResponse,
  PhotoResponse,
  PhotoTagsResponse,
  PhotoTimelineResponse,
  ReceiptResponse,
  RegisterRequest,
  RegisterResponse,
  RegisterWebhookRequest,
  RegisterWebhookResponse,
  RenewUploadJobRequest,
  RenewUploadJobResponse,
  RenewUploadResponse,
  ReportProgressRequest,
  ReportProgressResponse,
  RotateWebhookSecretResponse,
  TagPhotoRequest,
  TagPhotosRequest,
  TagPhotosResponse,
  TokenResponse,
  UploadJobSnapshot,
  VerifyHashesRequest,
  VerifyHashesResponse,
} from "./contract.ts"
import { type ApiRequest, path, search, sendRequest } from "./request.ts"
import type { TokenSource } from "./token-source.ts"

/**
 * The API, one method per route. Each throws ApiProblem for a problem response, TypeError when the API is unreachable,
 * and the signal's reason when the request is aborted or exceeds `timeoutMs`.
 */
export type ApiClient = {
  register: (request: RegisterRequest) => Promise<RegisterResponse>
  /** Gets an access token and uses it for all later requests. */
  signIn: (email: string, password: string) => Promise<TokenResponse>
  /** Exchanges a refresh token, which can be used once, and uses the new access token for all later requests. */
  refresh: (refreshToken: string) => Promise<TokenResponse>
  signOut: (refreshToken: string) => Promise<void>
  /** Repeating a request with the same key within a day returns the same job. */
  createUploadJob: (
    request: CreateUploadJobRequest,
    idempotencyKey?: string,
  ) => Promise<CreateUploadJobResponse>
  /** Returns the result of `createUploadJob` for each file without creating a job. */
  dryRun: (request: CreateUploadJobRequest) => Promise<DryRunResponse>
  openMultipartUpload: (
    photoId: string,
    request?: OpenMultipartUploadRequest,
  ) => Promise<OpenMultipartUploadResponse>
  finalizeUpload: (photoId: string) => Promise<FinalizeUploadResponse>
  /** Confirms the uploads of a job, all or those of `photoIds`. Photos in parts need `finalizeUpload` each. */
  finalizeUploadJob: (jobId: string, request?: FinalizeUploadJobRequest) => Promise<FinalizeUploadJobResponse>
  renewUpload: (photoId: string) => Promise<RenewUploadResponse>
  /** Signs new URLs, for all pending photos or for those of the request, and stores their hashes. */
  renewUploadJob: (jobId: string, request?: RenewUploadJobRequest) => Promise<RenewUploadJobResponse>
  reportProgress: (request: ReportProgressRequest) => Promise<ReportProgressResponse>
  /** Cancels a photo, or deletes it when its status is terminal. */
  cancelPhoto: (photoId: string) => Promise<CancelPhotoResponse>
  cancelUploadJob: (jobId: string) => Promise<CancelUploadJobResponse>
  tagPhoto: (photoId: string, request: TagPhotoRequest) => Promise<PhotoTagsResponse>
  untagPhoto: (photoId: string, label: string) => Promise<PhotoTagsResponse>
  /** Adds and removes tags of up to 500 photos. */
  tagPhotos: (request: TagPhotosRequest) => Promise<TagPhotosResponse>
  /** Deletes up to 500 photos, or cancels those that are not finished. */
  deletePhotos: (request: DeletePhotosRequest) => Promise<DeletePhotosResponse>
  getAccount: () => Promise<AccountResponse>
  /** The number of photos per month of capture, newest first. */
  listPhotoMonths: (query?: PhotoFilters) => Promise<ListPhotoMonthsResponse>
  /** Returns which of up to 1,000 files are stored, by their SHA-256. */
  verifyHashes: (request: VerifyHashesRequest) => Promise<VerifyHashesResponse>
  /** Returns the signed receipt of a finished job. */
  getReceipt: (jobId: string) => Promise<ReceiptResponse>
  /** Returns the receipt as text: JSON, a table, or a page to print. */
  getReceiptText: (jobId: string, format: "json" | "csv" | "html") => Promise<string>
  getUploadJob: (jobId: string) => Promise<UploadJobSnapshot>
  /** Returns null if the job is the one with this `etag`. */
  getChangedUploadJob: (
    jobId: string,
    etag: string | null,
  ) => Promise<{ job: UploadJobSnapshot; etag: string | null } | null>
  listUploadJobs: (query?: PageQuery) => Promise<ListUploadJobsResponse>
  getPhoto: (photoId: string) => Promise<PhotoResponse>
  listPhotos: (query?: PhotosQuery) => Promise<ListPhotosResponse>
  getDownloadUrl: (photoId: string, variant?: DownloadUrlResponse["variant"]) => Promise<DownloadUrlResponse>
  /** Registers a URL that receives events. The secret is returned only here and by `rotateWebhookSecret`. */
  registerWebhook: (request: RegisterWebhookRequest) => Promise<RegisterWebhookResponse>
  rotateWebhookSecret: (endpointId: string) => Promise<RotateWebhookSecretResponse>
  deleteWebhook: (endpointId: string) => Promise<void>
  listWebhooks: () => Promise<ListWebhooksResponse>
  listWebhookDeliveries: (endpointId: string, query?: PageQuery) => Promise<ListWebhookDeliveriesResponse>
  /** Returns a ticket for one live channel, for EventSource and WebSocket, which cannot send a bearer token. */
  getLiveTicket: () => Promise<LiveTicketResponse>
  getPhotoTimeline: (photoId: string) => Promise<PhotoTimelineResponse>
}

/** A page by number, from 0, or the one after a `nextCursor`. */
export type PageQuery = { page?: number; size?: number; cursor?: string }

/** What photos a list has. */
export type PhotoFilters = {
  jobId?: string
  tag?: string
  q?: string
  status?: PhotoResponse["status"]
  takenFrom?: string
  takenTo?: string
}

export type PhotosQuery = PageQuery & PhotoFilters & { sort?: "uploaded" | "taken" }

export type ApiClientOptions = {
  /** Base URL of the edge, e.g. `http://127.0.0.1:8787`. */
  baseUrl: string
  accessToken?: string
  /** Replaces `accessToken`: returns tokens and renews rejected ones. */
  tokens?: TokenSource
  /** Time limit of one request, in ms. Default 30,000. */
  timeoutMs?: number
  fetch?: typeof fetch
  /** Receives the headers of every response, for example to read `RateLimit`. */
  onHeaders?: (path: string, headers: Headers) => void
}

/**
 * Creates an API client for browsers, React Native and Node.
 * @example
 * const api = createApiClient({ baseUrl: "http://127.0.0.1:8787" })
 * await api.signIn("ada@example.com", "correct horse battery staple")
 * const { jobId, items } = await api.createUploadJob({ files: [{ filename: "a.jpg", mimeType: "image/jpeg", bytes: 1024 }] })
 */
export const createApiClient = (options: ApiClientOptions): ApiClient => {
  let accessToken = options.accessToken
  const requestOptions = {
    timeoutMs: 30_000,
    ...options,
    // Called without an object: a browser's fetch rejects any `this` but the window.
    fetch: options.fetch ?? ((...parameters: Parameters<typeof fetch>) => fetch(...parameters)),
  }

  // Bodies are not validated here: the SDK and the edge of the same version share the schema types.
  const send = (method: string, path: string, request: ApiRequest = {}) => {
    const authorization = request.authorization ?? (accessToken && `Bearer ${accessToken}`)
    return sendRequest(requestOptions, method, path, { ...request, ...(authorization && { authorization }) })
  }
  const call = async <Body>(method: string, path: string, request?: ApiRequest): Promise<Body> =>
    (await send(method, path, request)).body as Body

  return {
    register: (request) => call("POST", "/auth/register", { body: request }),
    signIn: async (email, password) => {
      const authorization = `Basic ${utf8ToBase64(`${email}:${password}`)}`
      const token = await call<TokenResponse>("POST", "/auth/token", { authorization })
      accessToken = token.access_token
      return token
    },
    refresh: async (refreshToken) => {
      const token = await call<TokenResponse>("POST", "/auth/refresh", {
        body: { refresh_token: refreshToken },
      })
      accessToken = token.access_token
      return token
    },
    signOut: async (refreshToken) => {
      await call<void>("POST", "/auth/logout", { body: { refresh_token: refreshToken } })
      accessToken = undefined
    },
    createUploadJob: (request, idempotencyKey) =>
      call("POST", "/commands/upload-jobs", {
        body: request,
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      }),
    dryRun: (request) => call("POST", "/commands/upload-jobs", { body: { ...request, dryRun: true } }),
    openMultipartUpload: (photoId, request) =>
      call("POST", path`/commands/upload/${photoId}/multipart`, bodyOf(request)),
    finalizeUpload: (photoId) => call("POST", path`/commands/upload/${photoId}/finalize`),
    finalizeUploadJob: (jobId, request = {}) =>
      call("POST", path`/commands/upload-jobs/${jobId}/finalize`, { body: request }),
    renewUpload: (photoId) => call("POST", path`/commands/upload/${photoId}/renew`),
    renewUploadJob: (jobId, request) =>
      call("POST", path`/commands/upload-jobs/${jobId}/renew`, bodyOf(request)),
    reportProgress: (request) => call("POST", "/commands/upload/progress", { body: request }),
    cancelPhoto: (photoId) => call("DELETE", path`/commands/photos/${photoId}`),
    cancelUploadJob: (jobId) => call("POST", path`/commands/upload-jobs/${jobId}/cancel`),
    tagPhoto: (photoId, request) => call("POST", path`/commands/photos/${photoId}/tags`, { body: request }),
    untagPhoto: (photoId, label) => call("DELETE", path`/commands/photos/${photoId}/tags/${label}`),
    tagPhotos: (request) => call("POST", "/commands/photos/tags", { body: request }),
    deletePhotos: (request) => call("POST", "/commands/photos/delete", { body: request }),
    getAccount: () => call("GET", "/queries/account"),
    listPhotoMonths: (query) => call("GET", `/queries/photos/months${search(query)}`),
    verifyHashes: (request) => call("POST", "/queries/verify", { body: request }),
    getReceipt: (jobId) => call("GET", path`/queries/upload-jobs/${jobId}/receipt`),
    getReceiptText: async (jobId, format) =>
      (await send("GET", path`/queries/upload-jobs/${jobId}/receipt` + search({ format }))).text,
    getUploadJob: (jobId) => call("GET", path`/queries/upload-jobs/${jobId}`),
    getChangedUploadJob: async (jobId, etag) => {
      const { status, headers, body } = await send("GET", path`/queries/upload-jobs/${jobId}`, {
        ...(etag !== null && { ifNoneMatch: etag }),
      })
      return status === 304 ? null : { job: body as UploadJobSnapshot, etag: headers.get("etag") }
    },
    listUploadJobs: (query) => call("GET", `/queries/upload-jobs${search(query)}`),
    getPhoto: (photoId) => call("GET", path`/queries/photos/${photoId}`),
    listPhotos: (query) => call("GET", `/queries/photos${search(query)}`),
    getDownloadUrl: (photoId, variant) =>
      call("GET", path`/queries/photos/${photoId}/download-url` + search({ variant })),
    registerWebhook: (request) => call("POST", "/commands/webhooks", { body: request }),
    rotateWebhookSecret: (endpointId) => call("POST", path`/commands/webhooks/${endpointId}/rotate-secret`),
    deleteWebhook: (endpointId) => call("DELETE", path`/commands/webhooks/${endpointId}`),
    listWebhooks: () => call("GET", "/queries/webhooks"),
    listWebhookDeliveries: (endpointId, query) =>
      call("GET", path`/queries/webhooks/${endpointId}/deliveries` + search(query)),
    getLiveTicket: () => call("POST", "/auth/live-ticket"),
    getPhotoTimeline: (photoId) => call("GET", path`/queries/photos/${photoId}/timeline`),
  }
}

const bodyOf = (body: unknown): ApiRequest => (typeof body === "object" && body !== null ? { body } : {})

const utf8ToBase64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""))
