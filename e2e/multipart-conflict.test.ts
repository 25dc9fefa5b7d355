import { afterAll, beforeAll, expect, test } from "vitest"
import type { ApiClient } from "../client/sdk/src/api/api-client.ts"
import { ApiProblem } from "../client/sdk/src/api/api-problem.ts"
import { createBatch } from "./driver/create-batch.ts"
import { putObject } from "./driver/put-object.ts"
import { uploadBatch } from "./driver/upload-batch.ts"
import { type RunningSystem, runSystem, signedInUser } from "./running-system.ts"

const mebibyte = 1024 * 1024
const bytes = 9 * mebibyte

const conflictingKeys = new Set<string>()
let system: RunningSystem
let api: ApiClient
beforeAll(async () => {
  system = await runSystem(
    {},
    {
      // The first attempt to complete the upload of a key conflicts with another write.
      storageFault: ({ operation, key }) => {
        if (operation !== "CompleteMultipartUpload" || conflictingKeys.has(key)) return null
        conflictingKeys.add(key)
        return "ConditionalRequestConflict"
      },
    },
  )
  api = await signedInUser(system.edgeUrl)
})
afterAll(() => system?.end())

const putParts = async (photoId: string) => {
  const upload = await api.openMultipartUpload(photoId)
  for (const part of upload.parts)
    if (!part.isStored) await putObject(part, new Blob([new Uint8Array(part.bytes)]))
  return upload
}

test("a conflict when completing an upload is 409 upload-lost, and a newly opened upload succeeds", async () => {
  const files = [{ filename: "large.jpg", mimeType: "image/jpeg", bytes }]
  const { items } = await api.createUploadJob({ files })
  const photoId = items[0]?.photoId ?? ""
  const first = await putParts(photoId)
  const rejection = await api.finalizeUpload(photoId).catch((error: unknown) => error)
  expect(rejection).toBeInstanceOf(ApiProblem)
  expect(rejection).toMatchObject({
    problem: { type: "urn:rapid-photo-upload:problem:upload-lost", status: 409 },
  })

  const second = await putParts(photoId)
  expect(second.uploadId).not.toBe(first.uploadId)
  expect(second.parts.every(({ isStored }) => !isStored)).toBe(true)
  expect(await api.finalizeUpload(photoId)).toEqual({ photoId, status: "PROCESSING" })
})

test("the SDK opens a lost upload again automatically", async () => {
  const content = new Blob([new Uint8Array([0xff, 0xd8, 0xff]), new Uint8Array(bytes)])
  const batch = await createBatch(api, [{ filename: "large.jpg", content }])
  expect(await uploadBatch(api, batch)).toEqual([])
})
