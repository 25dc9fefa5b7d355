import { expect, test, vi } from "vitest"
import { type ApiClient, createApiClient } from "../api/api-client.ts"
import { ApiProblem } from "../api/api-problem.ts"
import type { UploadJobSnapshot } from "../api/contract.ts"
import { continueFiles } from "./continue-files.ts"
import type { FileRecord } from "./file-record.ts"
import type { JobQueue } from "./job-queue.ts"
import { applyServerStatus } from "./server-status.ts"
import { recordOf, tableOf } from "./testing/records.ts"
import type { SharedContext } from "./upload-context.ts"

type Photo = { status: string; failureReason?: string }

/** Continues one file per photo of a job, with what the API says about the job. */
const continueWith = async (photos: Record<string, Photo> | null, change?: (record: FileRecord) => void) => {
  const ids = Object.keys(photos ?? { lost: null })
  const records = [...ids.map((id) => ({ ...recordOf(id), jobId: "job" })), recordOf("new")]
  const { files } = tableOf(records)
  for (const record of records) {
    if (record.jobId !== null) files.change(record, { photoId: `photo-${record.id}` })
    change?.(record)
  }
  const items = Object.entries(photos ?? {}).map(([id, photo]) => ({
    photoId: `photo-${id}`,
    failureReason: null,
    failureDetail: null,
    duplicateOf: null,
    bytesSent: 0,
    ...photo,
  }))
  const api: ApiClient = {
    ...createApiClient({ baseUrl: "http://127.0.0.1" }),
    getUploadJob: async () => {
      if (!photos) throw new ApiProblem({ type: "urn:problem:not-found", title: "", status: 404 })
      return { items } as unknown as UploadJobSnapshot
    },
  }
  const sent: string[] = []
  const continued: string[][] = []
  const namesOf = (some: readonly FileRecord[]) => some.map(({ id }) => id)
  const queue: JobQueue = {
    jobIds: [],
    send: async (some) => void sent.push(...namesOf(some)),
    continueJob: async (_, some, uploaded) => void continued.push(namesOf(some), namesOf(uploaded)),
    repeat: vi.fn(),
  }
  const context = {
    api,
    files,
    retry: (work) => work(new AbortController().signal),
    onPhoto: (photo) => applyServerStatus(files, photo),
  } as Pick<SharedContext, "api" | "files" | "retry" | "onPhoto"> as SharedContext
  await continueFiles(context, queue, records)
  return { records, sent, continued }
}

test("photos that wait are sent in their job; expired ones and files without a photo in a new one", async () => {
  const { records, sent, continued } = await continueWith({
    queued: { status: "QUEUED" },
    expired: { status: "FAILED", failureReason: "EXPIRED" },
    corrupt: { status: "FAILED", failureReason: "CORRUPT" },
    completed: { status: "COMPLETED" },
    cancelled: { status: "CANCELLED" },
  })
  expect(sent).toEqual(["new", "expired"])
  expect(continued).toEqual([["queued"], []])
  expect(records.map(({ state }) => state.status)).toEqual([
    "waiting",
    "waiting",
    "failed",
    "completed",
    "cancelled",
    "waiting",
  ])
})

test("files that were sent before are confirmed", async () => {
  const { continued } = await continueWith({ a: { status: "UPLOADING" } }, ({ state, ...record }) => {
    if (record.id === "a") Object.assign(state, { status: "uploaded" })
  })
  expect(continued).toEqual([[], ["a"]])
})

test("files of a job that does not exist any more are sent in a new one", async () => {
  const { sent, records } = await continueWith(null)
  expect(sent).toEqual(["new", "lost"])
  expect(records[0]).toMatchObject({ jobId: null, state: { photoId: null } })
})
