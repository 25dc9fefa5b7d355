import { expect, test, vi } from "vitest"
import { type ApiClient, createApiClient } from "../api/api-client.ts"
import { ApiProblem } from "../api/api-problem.ts"
import type { UploadItem } from "../api/contract.ts"
import { jobRenewals } from "./renewals.ts"
import { recordOf, tableOf } from "./testing/records.ts"

const itemOf = (photoId: string, status: UploadItem["status"] = "QUEUED"): UploadItem =>
  ({ photoId, status, duplicateOf: status === "DUPLICATE" ? "original" : null }) as unknown as UploadItem

const setUp = (renewUploadJob: ApiClient["renewUploadJob"]) => {
  const records = ["a", "b", "c"].map((id) => recordOf(id))
  const { files } = tableOf(records)
  for (const record of records) files.change(record, { photoId: record.id })
  const api = { ...createApiClient({ baseUrl: "http://127.0.0.1" }), renewUploadJob: vi.fn(renewUploadJob) }
  const retry = <T>(work: (signal: AbortSignal) => Promise<T>) => work(new AbortController().signal)
  return { api, records, ...jobRenewals({ api, retry, files }, "job") }
}

test("hashes of one wave are one call, which makes a file a duplicate or binds its request", async () => {
  const { api, records, declareHash } = setUp(async () => ({
    jobId: "job",
    items: [itemOf("a"), itemOf("b", "DUPLICATE"), itemOf("c")],
  }))
  await Promise.all(records.map((record) => declareHash(record, `hash-${record.id}`)))
  expect(api.renewUploadJob.mock.calls).toEqual([
    ["job", ["a", "b", "c"].map((photoId) => ({ photoId, sha256: `hash-${photoId}` }))],
  ])
  expect(records.map(({ state }) => [state.status, state.duplicateOf])).toEqual([
    ["waiting", null],
    ["duplicate", "original"],
    ["waiting", null],
  ])
  expect(records.map(({ controller }) => controller.signal.aborted)).toEqual([false, true, false])
})

test("a photo that was declared with another hash fails alone: the others are declared without it", async () => {
  const { api, records, declareHash } = setUp(async (_, hashes = []) => {
    const photos = Array.isArray(hashes) ? hashes : []
    const index = photos.findIndex(({ photoId }) => photoId === "b")
    if (index < 0) return { jobId: "job", items: photos.map(({ photoId }) => itemOf(photoId)) }
    const errors = [{ pointer: `#/${index}/sha256`, code: "sha256_differs", detail: "" }]
    throw new ApiProblem({ type: "urn:problem:validation-failed", title: "", status: 422, errors })
  })
  const results = await Promise.allSettled(records.map((record) => declareHash(record, "hash")))
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"])
  expect(results[1]).toMatchObject({ reason: { failure: { code: "file-changed" } } })
  expect(api.renewUploadJob).toHaveBeenCalledTimes(2)
})

test("renewals at the same time are one call for all pending files", async () => {
  const { api, records, renew } = setUp(async () => ({ jobId: "job", items: [itemOf("a"), itemOf("c")] }))
  await Promise.all([renew(), renew(), renew()])
  expect(api.renewUploadJob.mock.calls).toEqual([["job"]])
  expect(records.map(({ request }) => request?.photoId)).toEqual(["a", undefined, "c"])
})
