import { ApiProblem, type ProblemDocument } from "./api-problem.ts"
import type {
  CancelPhotoResponse,
  CancelUploadJobResponse,
  CreateUploadJobRequest,
  CreateUploadJobResponse,
  DownloadUrlResponse,
  DryRunResponse,
  FinalizeUploadJobRequest,
  FinalizeUploadJobResponse,
  FinalizeUploadResponse,
  ListPhotosResponse,
  ListUploadJobsResponse,
  ListWebhookDeliveriesResponse,
  ListWebhooksResponse,
  LiveTicketResponse,
  OpenMultipartUploadResponse,
  PhotoResponse,
  PhotoTagsResponse,
  PhotoTimelineResponse,
  RegisterRequest,
  RegisterResponse,
  RegisterWebhookRequest,
  RegisterWebhookResponse,
  RenewUploadJobResponse,
  RenewUploadResponse,
  ReportProgressRequest,
  ReportProgressResponse,
  RotateWebhookSecretResponse,
  TagPhotoRequest,
  TokenResponse,
  UploadJobSnapshot,
} from "./contract.ts"

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
  openMultipartUpload: (photoId: string) => Promise<OpenMultipartUploadResponse>
  finalizeUpload: (photoId: string) => Promise<FinalizeUploadResponse>
  /** Confirms the uploads of a job: all of them, or those in `photoIds`. Multipart photos each need `finalizeUpload`. */
  finalizeUploadJob: (jobId: string, request?: FinalizeUploadJobRequest) => Promise<FinalizeUploadJobResponse>
  renewUpload: (photoId: string) => Promise<RenewUploadResponse>
  renewUploadJob: (jobId: string) => Promise<RenewUploadJobResponse>
  reportProgress: (request: ReportProgressRequest) => Promise<ReportProgressResponse>
  /** Cancels a photo, or deletes it when its status is terminal. */
  cancelPhoto: (photoId: string) => Promise<CancelPhotoResponse>
  cancelUploadJob: (jobId: string) => Promise<CancelUploadJobResponse>
  tagPhoto: (photoId: string, request: TagPhotoRequest) => Promise<PhotoTagsResponse>
  untagPhoto: (photoId: string, label: string) => Promise<PhotoTagsResponse>
  getUploadJob: (jobId: string) => Promise<UploadJobSnapshot>
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
  /** Returns a ticket for one live channel. EventSource and WebSocket need it, because they cannot send a bearer token. */
  getLiveTicket: () => Promise<LiveTicketResponse>
  getPhotoTimeline: (photoId: string) => Promise<PhotoTimelineResponse>
}

/** A page by number, from 0, or the page after a `nextCursor`. */
export type PageQuery = { page?: number; size?: number; cursor?: string }

export type PhotosQuery = PageQuery & {
  tag?: string
  q?: string
  status?: PhotoResponse["status"]
  takenFrom?: string
  takenTo?: string
}

export type ApiClientOptions = {
  /** Base URL of the edge, e.g. `http://127.0.0.1:8787`. */
  baseUrl: string
  accessToken?: string
  /** Time limit of one request, in ms. */
  timeoutMs?: number
  fetch?: typeof fetch
}

/**
 * Creates an API client for browsers, React Native and Node.
 * @example
 * const api = createApiClient({ baseUrl: "http://127.0.0.1:8787" })
 * await api.signIn("ada@example.com", "correct horse battery staple")
 * const { jobId, items } = await api.createUploadJob({ files: [{ filename: "a.jpg", mimeType: "image/jpeg", bytes: 1024 }] })
 */
export const createApiClient = (options: ApiClientOptions): ApiClient => {
  const { baseUrl, timeoutMs = 30_000 } = options
  const send = options.fetch ?? fetch
  let accessToken = options.accessToken

  // Responses are not validated here: the SDK and the edge of the same version share the schema types.
  const call = async <Body>(method: string, path: string, init: Call = {}): Promise<Body> => {
    const authorization = init.authorization ?? (accessToken && `Bearer ${accessToken}`)
    const response = await send(new URL(path, baseUrl), {
      method,
      headers: {
        ...(authorization && { authorization }),
        ...(init.body !== undefined && { "content-type": "application/json" }),
        ...(init.idempotencyKey !== undefined && { "idempotency-key": `"${init.idempotencyKey}"` }),
      },
      ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) throw await problemOf(response)
    return response.status === 204 ? (undefined as Body) : (response.json() as Promise<Body>)
  }

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
    openMultipartUpload: (photoId) => call("POST", path`/commands/upload/${photoId}/multipart`),
    finalizeUpload: (photoId) => call("POST", path`/commands/upload/${photoId}/finalize`),
    finalizeUploadJob: (jobId, request = {}) =>
      call("POST", path`/commands/upload-jobs/${jobId}/finalize`, { body: request }),
    renewUpload: (photoId) => call("POST", path`/commands/upload/${photoId}/renew`),
    renewUploadJob: (jobId) => call("POST", path`/commands/upload-jobs/${jobId}/renew`),
    reportProgress: (request) => call("POST", "/commands/upload/progress", { body: request }),
    cancelPhoto: (photoId) => call("DELETE", path`/commands/photos/${photoId}`),
    cancelUploadJob: (jobId) => call("POST", path`/commands/upload-jobs/${jobId}/cancel`),
    tagPhoto: (photoId, request) => call("POST", path`/commands/photos/${photoId}/tags`, { body: request }),
    untagPhoto: (photoId, label) => call("DELETE", path`/commands/photos/${photoId}/tags/${label}`),
    getUploadJob: (jobId) => call("GET", path`/queries/upload-jobs/${jobId}`),
    listUploadJobs: (query) => call("GET", `/queries/upload-jobs${searchOf(query)}`),
    getPhoto: (photoId) => call("GET", path`/queries/photos/${photoId}`),
    listPhotos: (query) => call("GET", `/queries/photos${searchOf(query)}`),
    getDownloadUrl: (photoId, variant) =>
      call("GET", path`/queries/photos/${photoId}/download-url` + searchOf(variant && { variant })),
    registerWebhook: (request) => call("POST", "/commands/webhooks", { body: request }),
    rotateWebhookSecret: (endpointId) => call("POST", path`/commands/webhooks/${endpointId}/rotate-secret`),
    deleteWebhook: (endpointId) => call("DELETE", path`/commands/webhooks/${endpointId}`),
    listWebhooks: () => call("GET", "/queries/webhooks"),
    listWebhookDeliveries: (endpointId, query) =>
      call("GET", path`/queries/webhooks/${endpointId}/deliveries` + searchOf(query)),
    getLiveTicket: () => call("POST", "/auth/live-ticket"),
    getPhotoTimeline: (photoId) => call("GET", path`/queries/photos/${photoId}/timeline`),
  }
}

type Call = { body?: object; authorization?: string; idempotencyKey?: string }

/** Builds a path with encoded parameters. */
const path = (texts: TemplateStringsArray, ...parameters: readonly string[]): string =>
  texts.reduce((path, text, index) => `${path}${encodeURIComponent(parameters[index - 1] ?? "")}${text}`)

const searchOf = (query: Record<string, string | number> = {}): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) search.set(name, String(value))
  return search.size > 0 ? `?${search}` : ""
}

const problemOf = async (response: Response): Promise<ApiProblem> => {
  const document = (await response.json().catch(() => null)) as Partial<ProblemDocument> | null
  const retryAfterSeconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10)
  return new ApiProblem(
    {
      type: "about:blank",
      title: response.statusText,
      ...document,
      status: response.status,
    },
    Number.isNaN(retryAfterSeconds) ? null : retryAfterSeconds * 1000,
  )
}

const utf8ToBase64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""))
