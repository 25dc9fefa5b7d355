import { type ApiClient, ApiProblem, type OpenMultipartUploadResponse } from "rapid-photo-upload-sdk/api"
import { expect, test } from "vitest"
import type { PresignedUrls } from "./presigned-urls.ts"
import { signRequest } from "./sign-request.ts"

const key = "ph_1"
const uploadId = "Upload<1>"
const opened = {
  uploadId,
  parts: [1, 2, 3].map((partNumber) => ({ partNumber, isStored: partNumber === 2 })),
} as OpenMultipartUploadResponse

const urls: PresignedUrls = {
  add: () => {},
  wholeFile: async () => ({ url: "https://s3.test/ph_1", headers: {} }),
  openMultipart: async () => opened,
  part: async (_, partNumber) => ({ url: `https://s3.test/ph_1?partNumber=${partNumber}`, headers: {} }),
  forget: () => {},
}

const alreadyUploaded = new ApiProblem({
  type: "urn:rapid-photo-upload:problem:already-uploaded",
  title: "Photo no longer accepts uploads",
  status: 409,
})

const signer = (changes: Partial<PresignedUrls> = {}) => {
  const finalized: string[] = []
  const finalizeUpload = async (photoId: string) => finalized.push(photoId)
  const sign = signRequest(
    { finalizeUpload } as unknown as ApiClient,
    { ...urls, ...changes },
    { jobOf: () => "job_1", partCountOf: () => 3 },
  )
  return { sign, finalized }
}

/** The XML of a `data:` URL. */
const xmlOf = ({ url }: { url: string }): string =>
  decodeURIComponent(url.slice("data:application/xml,".length))

test("a PUT gets the presigned URL of the file or of the part", async () => {
  const { sign } = signer()
  expect(await sign({ method: "PUT", key })).toMatchObject({ url: "https://s3.test/ph_1" })
  expect(await sign({ method: "PUT", key, uploadId, partNumber: 2 })).toMatchObject({
    url: "https://s3.test/ph_1?partNumber=2",
  })
})

test("a file that is stored already is not sent", async () => {
  const { sign } = signer({ wholeFile: async () => null })
  expect((await sign({ method: "PUT", key })).url).toMatch(/^data:/)
})

test("a multipart upload is created, listed and completed by the API", async () => {
  const { sign, finalized } = signer()
  expect(xmlOf(await sign({ method: "POST", key }))).toContain("<UploadId>Upload&#60;1&#62;</UploadId>")
  expect(xmlOf(await sign({ method: "GET", key, uploadId })).match(/<PartNumber>\d/g)).toEqual([
    "<PartNumber>2",
  ])
  expect(finalized).toEqual([])
  expect(xmlOf(await sign({ method: "POST", key, uploadId }))).toContain("<Key>ph_1</Key>")
  expect(finalized).toEqual(["ph_1"])
})

test("all parts of an upload that was completed before a reload are stored", async () => {
  const { sign } = signer({ openMultipart: () => Promise.reject(alreadyUploaded) })
  expect(xmlOf(await sign({ method: "GET", key, uploadId })).match(/<PartNumber>/g)).toHaveLength(3)
})
