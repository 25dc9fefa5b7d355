import type { ApiClient, UploadItem } from "rapid-photo-upload-sdk/api"
import { expect, test } from "vitest"
import { presignedUrls } from "./presigned-urls.ts"

const itemOf = (photoId: string, lifetimeMs: number): UploadItem => ({
  photoId,
  status: "QUEUED",
  method: "PUT",
  duplicateOf: null,
  presignedUrl: `https://s3.test/${photoId}?signed=${lifetimeMs}`,
  headers: { "content-type": "image/jpeg", "content-length": "10", Host: "s3.test" },
  expiresAt: new Date(Date.now() + lifetimeMs).toISOString(),
  multipart: null,
})

/** An API whose job has these waiting photos. */
const apiWith = (items: readonly UploadItem[]) => {
  const renewed: string[] = []
  const renewUploadJob = async (jobId: string) => {
    renewed.push(jobId)
    return { jobId, items: [...items] }
  }
  return { api: { renewUploadJob } as unknown as ApiClient, renewed }
}

test("a fresh URL is used without a request, and without the headers that browsers set themselves", async () => {
  const { api, renewed } = apiWith([])
  const urls = presignedUrls(api)
  urls.add([itemOf("ph_1", 900_000)])
  expect(await urls.wholeFile("ph_1", "job_1")).toEqual({
    url: "https://s3.test/ph_1?signed=900000",
    headers: { "content-type": "image/jpeg" },
  })
  expect(renewed).toEqual([])
})

test("files whose URLs expire soon share one renewal of their job", async () => {
  const photoIds = ["ph_1", "ph_2", "ph_3"]
  const { api, renewed } = apiWith(photoIds.map((photoId) => itemOf(photoId, 900_000)))
  const urls = presignedUrls(api)
  urls.add(photoIds.map((photoId) => itemOf(photoId, 1000)))
  const puts = await Promise.all(photoIds.map((photoId) => urls.wholeFile(photoId, "job_1")))
  expect(puts.map((put) => put?.url)).toEqual(
    photoIds.map((photoId) => `https://s3.test/${photoId}?signed=900000`),
  )
  expect(renewed).toEqual(["job_1"])
})

test("a photo that the renewal does not contain accepts no upload any more", async () => {
  const urls = presignedUrls(apiWith([]).api)
  expect(await urls.wholeFile("ph_1", "job_1")).toBeNull()
})

test("a forgotten URL is renewed", async () => {
  const { api, renewed } = apiWith([itemOf("ph_1", 800_000)])
  const urls = presignedUrls(api)
  urls.add([itemOf("ph_1", 900_000)])
  urls.forget("ph_1")
  expect((await urls.wholeFile("ph_1", "job_1"))?.url).toContain("signed=800000")
  expect(renewed).toEqual(["job_1"])
})
