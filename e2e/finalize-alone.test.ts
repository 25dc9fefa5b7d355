import { afterAll, beforeAll, expect, test } from "vitest"
import type { ApiClient } from "../client/sdk/src/api/api-client.ts"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem, signedInUser, uploadAll } from "./running-system.ts"

let system: RunningSystem
beforeAll(async () => {
  system = await runSystem({}, { storageEvents: false })
})
afterAll(() => system?.end())

test("without storage events, a few batch finalize calls are enough to complete every photo", async () => {
  const api = await signedInUser(system.edgeUrl)
  const calls: string[] = []
  const counting: ApiClient = {
    ...api,
    finalizeUpload: (photoId) => {
      calls.push("one photo")
      return api.finalizeUpload(photoId)
    },
    finalizeUploadJob: (jobId, request) => {
      calls.push("job")
      return api.finalizeUploadJob(jobId, request)
    },
  }
  const { job } = await uploadAll(counting, await smallPhotos(40))
  expect(job).toMatchObject({ status: "COMPLETED", completedCount: 40 })
  expect(calls).not.toContain("one photo")
  expect(calls.length).toBeLessThan(20)
})
