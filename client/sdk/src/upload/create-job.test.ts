import { expect, test } from "vitest"
import { type ApiClient, createApiClient } from "../api/api-client.ts"
import { ApiProblem } from "../api/api-problem.ts"
import type { CreateUploadJobRequest } from "../api/contract.ts"
import { createJob, type JobRequest, jobRequest } from "./create-job.ts"
import { recordOf, tableOf } from "./testing/records.ts"

const problem = (type: string, pointers: readonly string[] = []) =>
  new ApiProblem({
    type: `urn:problem:${type}`,
    title: type,
    status: 422,
    errors: pointers.map((pointer) => ({ pointer, code: "file_empty", detail: "The file is empty." })),
  })

/** Creates a job of three files with an API that answers with these errors first. */
const create = async (...errors: ApiProblem[]) => {
  const records = ["a", "b", "c"].map((id) => recordOf(id))
  const { files } = tableOf(records)
  const sent: CreateUploadJobRequest[] = []
  const keys: (string | undefined)[] = []
  const api: ApiClient = {
    ...createApiClient({ baseUrl: "http://127.0.0.1" }),
    createUploadJob: async (request, key) => {
      sent.push(request)
      keys.push(key)
      const error = errors.shift()
      if (error) throw error
      return { jobId: "job", items: [], storageEvents: true } as unknown as Awaited<
        ReturnType<ApiClient["createUploadJob"]>
      >
    },
  }
  const stored: JobRequest[] = []
  const created = await createJob(
    { api, files, retry: (work) => work(new AbortController().signal) },
    jobRequest(records, {}),
    async (request) => void stored.push(request),
  )
  return { created, records, sent, keys, stored }
}

test("files that the API rejects fail, and the job is created with the others and another key", async () => {
  const { created, records, sent, keys, stored } = await create(
    problem("validation-failed", ["#/files/1/bytes"]),
    problem("validation-failed", ["#/files/0/mimeType"]),
  )
  expect(sent.map(({ files }) => files.map(({ filename }) => filename))).toEqual([
    ["a.jpg", "b.jpg", "c.jpg"],
    ["a.jpg", "c.jpg"],
    ["c.jpg"],
  ])
  expect(new Set(keys).size).toBe(3)
  expect(stored.map(({ idempotencyKey }) => idempotencyKey)).toEqual(keys)
  expect(created?.records.map((record) => record?.id)).toEqual(["c"])
  expect(records.map(({ state }) => [state.status, state.failure?.code])).toEqual([
    ["failed", "file_empty"],
    ["failed", "file_empty"],
    ["waiting", undefined],
  ])
})

test("no job is created when every file is rejected, or when they do not fit into the quota", async () => {
  const rejected = await create(
    problem(
      "validation-failed",
      [0, 1, 2].map((index) => `#/files/${index}/bytes`),
    ),
  )
  const tooMuch = await create(problem("quota-exceeded"))
  for (const { created, records } of [rejected, tooMuch]) {
    expect(created).toBeNull()
    expect(records.every(({ state }) => state.status === "failed")).toBe(true)
  }
  expect(tooMuch.records[0]?.state.failure).toMatchObject({ code: "quota-exceeded", isRetryable: true })
})

test("another problem is thrown", async () => {
  await expect(create(problem("forbidden"))).rejects.toThrow("forbidden")
})
