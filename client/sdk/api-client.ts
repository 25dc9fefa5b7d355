import type { TokenResponse } from "../../edge/auth/issue-token/schema.ts"
import type { RegisterRequest, RegisterResponse } from "../../edge/auth/register/schema.ts"
import type {
  CreateUploadJobRequest,
  CreateUploadJobResponse,
} from "../../edge/commands/create-upload-job/schema.ts"
import type { FinalizeUploadResponse } from "../../edge/commands/finalize-upload/schema.ts"
import type { PhotoResponse } from "../../edge/queries/get-photo/schema.ts"
import type { UploadJobSnapshot } from "../../edge/queries/get-upload-job/schema.ts"
import { ApiProblem, type ProblemDocument } from "./api-problem.ts"

/**
 * The API, one method per route. Each throws ApiProblem when the API refuses, TypeError when it can't be reached
 * and the signal's reason when it is aborted or takes longer than `timeoutMs`.
 */
export type ApiClient = {
  register: (request: RegisterRequest) => Promise<RegisterResponse>
  /** Gets an access token and uses it from now on. */
  signIn: (email: string, password: string) => Promise<TokenResponse>
  createUploadJob: (request: CreateUploadJobRequest) => Promise<CreateUploadJobResponse>
  finalizeUpload: (photoId: string) => Promise<FinalizeUploadResponse>
  getUploadJob: (jobId: string) => Promise<UploadJobSnapshot>
  getPhoto: (photoId: string) => Promise<PhotoResponse>
}

export type ApiClientOptions = {
  /** Where the edge is, e.g. `http://127.0.0.1:8787`. */
  baseUrl: string
  accessToken?: string
  /** For one request, in ms. */
  timeoutMs?: number
  fetch?: typeof fetch
}

/**
 * Opens the API for browsers, React Native and Node.
 * @example
 * const api = createApiClient({ baseUrl: "http://127.0.0.1:8787" })
 * await api.signIn("ada@example.com", "correct horse battery staple")
 * const { jobId, items } = await api.createUploadJob({ files: [{ filename: "a.jpg", mimeType: "image/jpeg", bytes: 1024 }] })
 */
export const createApiClient = (options: ApiClientOptions): ApiClient => {
  const { baseUrl, timeoutMs = 30_000 } = options
  const send = options.fetch ?? fetch
  let accessToken = options.accessToken

  // The answer's shape is the contract between this SDK and the edge of the same version; it is not parsed again.
  const call = async <Answer>(method: string, path: string, init: Call = {}): Promise<Answer> => {
    const authorization = init.authorization ?? (accessToken && `Bearer ${accessToken}`)
    const response = await send(new URL(path, baseUrl), {
      method,
      headers: {
        ...(authorization && { authorization }),
        ...(init.body !== undefined && { "content-type": "application/json" }),
      },
      ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) throw await problemOf(response)
    return response.json() as Promise<Answer>
  }

  return {
    register: (request) => call("POST", "/auth/register", { body: request }),
    signIn: async (email, password) => {
      const authorization = `Basic ${utf8ToBase64(`${email}:${password}`)}`
      const token = await call<TokenResponse>("POST", "/auth/token", { authorization })
      accessToken = token.access_token
      return token
    },
    createUploadJob: (request) => call("POST", "/commands/upload-jobs", { body: request }),
    finalizeUpload: (photoId) => call("POST", `/commands/upload/${encodeURIComponent(photoId)}/finalize`),
    getUploadJob: (jobId) => call("GET", `/queries/upload-jobs/${encodeURIComponent(jobId)}`),
    getPhoto: (photoId) => call("GET", `/queries/photos/${encodeURIComponent(photoId)}`),
  }
}

type Call = { body?: object; authorization?: string }

const problemOf = async (response: Response): Promise<ApiProblem> => {
  const document = (await response.json().catch(() => null)) as Partial<ProblemDocument> | null
  return new ApiProblem({
    type: "about:blank",
    title: response.statusText,
    ...document,
    status: response.status,
  })
}

const utf8ToBase64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""))
