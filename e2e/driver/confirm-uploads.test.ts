import { expect, test } from "vitest"
import type { ApiClient } from "../../client/sdk/src/api/api-client.ts"
import { createApiClient } from "../../client/sdk/src/api/api-client.ts"
import { batchedFinalize, finalizeUnconfirmed, UploadNotStored } from "./confirm-uploads.ts"

const jobId = "job_1"

/** An API client with only the given methods; all others fail. */
const apiOf = (methods: Partial<ApiClient>): ApiClient => ({
  ...createApiClient({ baseUrl: "http://unreachable.invalid", timeoutMs: 1 }),
  ...methods,
})

/** An API client that accepts every finalize call and records the photo ids of each. */
const finalizingApi = (missing: readonly string[] = []) => {
  const calls: string[][] = []
  const api = apiOf({
    finalizeUploadJob: async (_, { photoIds = [] } = {}) => {
      calls.push([...photoIds])
      const items = photoIds.map((photoId) =>
        missing.includes(photoId)
          ? { photoId, outcome: "object_missing" as const, status: "QUEUED" as const }
          : { photoId, outcome: "finalized" as const, status: "PROCESSING" as const },
      )
      return { jobId, items }
    },
  })
  return { api, calls }
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `ph_${index}`)

test("uploads that finish at about the same time are finalized together, at most 500 per call", async () => {
  const { api, calls } = finalizingApi()
  const finalize = batchedFinalize(api, jobId)
  await Promise.all(ids(501).map(finalize))
  expect(calls.map(({ length }) => length)).toEqual([500, 1])
})

test("an upload without an object fails, and the other uploads of the same call succeed", async () => {
  const { api } = finalizingApi(["ph_1"])
  const finalize = batchedFinalize(api, jobId)
  const settled = await Promise.allSettled(ids(3).map(finalize))
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"])
  expect(settled[1]).toMatchObject({ reason: expect.any(UploadNotStored) })
})

const jobWith = (statuses: Record<string, string>) => async () => {
  const items = Object.entries(statuses).map(([photoId, status]) => ({ photoId, status }))
  return { jobId, items } as unknown as Awaited<ReturnType<ApiClient["getUploadJob"]>>
}

test("uploads confirmed by S3 events are not finalized", async () => {
  const { api, calls } = finalizingApi()
  const getUploadJob = jobWith({ ph_0: "PROCESSING", ph_1: "COMPLETED", ph_2: "QUEUED" })
  expect(await finalizeUnconfirmed({ ...api, getUploadJob }, jobId, ["ph_0", "ph_1"], 0)).toEqual(new Set())
  expect(calls).toEqual([])
})

test("uploads not confirmed by S3 events are finalized in one call", async () => {
  const { api, calls } = finalizingApi(["ph_2"])
  const getUploadJob = jobWith({ ph_0: "QUEUED", ph_1: "PROCESSING", ph_2: "UPLOADING", ph_3: "QUEUED" })
  const missing = await finalizeUnconfirmed({ ...api, getUploadJob }, jobId, ["ph_0", "ph_1", "ph_2"], 0)
  expect(calls).toEqual([["ph_0", "ph_2"]])
  expect(missing).toEqual(new Set(["ph_2"]))
})
