import { randomUUID } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type ApiClient, createApiClient } from "../client/sdk/src/api/api-client.ts"
import type { PhotoResponse, UploadJobSnapshot } from "../client/sdk/src/api/contract.ts"
import { anyPorts, settingsOf } from "../local/settings.ts"
import { type LocalSystem, type SystemOptions, startSystem } from "../local/system.ts"
import { createBatch, type RejectedUpload, type UploadFile } from "./driver/create-batch.ts"
import { uploadBatch } from "./driver/upload-batch.ts"
import { watchUploadJob } from "./driver/watch-upload-job.ts"
import { validatingFetch } from "./validating-fetch.ts"

export type RunningSystem = LocalSystem & { directory: string; end: () => Promise<void> }

/** Starts the whole system in a temporary folder, which `end` removes. */
export const runSystem = async (
  settings: Parameters<typeof settingsOf>[2] = {},
  options: SystemOptions = {},
): Promise<RunningSystem> => {
  const directory = await mkdtemp(join(tmpdir(), "rapid-photo-e2e-"))
  const system = await startSystem(settingsOf({}, directory, { ...anyPorts, ...settings }), options)
  return {
    ...system,
    directory,
    end: async () => {
      await system.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Creates a client for a new user. Every response is validated against the OpenAPI document. */
export const signedInUser = async (baseUrl: string, account = newAccount()): Promise<ApiClient> => {
  const api = createApiClient({ baseUrl, fetch: validatingFetch(baseUrl) })
  await api.register(account)
  await api.signIn(account.email, account.password)
  return api
}

/** Credentials for a new user. */
export const newAccount = () => ({ email: `${randomUUID()}@example.com`, password: randomUUID() })

/** Sends requests with an access token of a registered user. Every response is validated against the OpenAPI document. */
export const authorizedFetch = async (
  baseUrl: string,
  { email, password }: { email: string; password: string },
) => {
  const validating = validatingFetch(baseUrl)
  const signIn = await validating(`${baseUrl}/auth/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${email}:${password}`)}` },
  })
  const { access_token: token } = (await signIn.json()) as { access_token: string }
  return (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    validating(`${baseUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
}

export type Uploaded = { job: UploadJobSnapshot; photos: PhotoResponse[]; rejected: RejectedUpload[] }

/** Uploads files as an app would and waits until their job is terminal. */
export const uploadAll = async (
  api: ApiClient,
  files: readonly UploadFile[],
  onUploaded?: () => void,
): Promise<Uploaded> => {
  const batch = await createBatch(api, files)
  const { jobId, rejected } = batch
  if (!jobId) throw new Error("every file was rejected")
  const failed = await uploadBatch(api, batch, { ...(onUploaded && { onUploaded }) })
  if (failed[0]) throw failed[0].error
  const job = await watchUploadJob(api, jobId, { pollMs: 200, signal: AbortSignal.timeout(150_000) })
  return { job, rejected, photos: await Promise.all(job.items.map(({ photoId }) => api.getPhoto(photoId))) }
}
