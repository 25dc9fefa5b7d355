import { createHash, randomBytes, randomUUID } from "node:crypto"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import type { UploadItem } from "../edge/clients/object-store/presigned-upload.ts"
import type { OpenMultipartUploadResponse } from "../edge/commands/open-multipart-upload/schema.ts"
import type { UploadJobSnapshot } from "../edge/queries/get-upload-job/schema.ts"
import type { ListPhotosResponse } from "../edge/queries/list-photos/schema.ts"
import { smallPhotos } from "./photo-files.ts"
import { type RunningSystem, runSystem } from "./running-system.ts"
import { validatingFetch } from "./validating-fetch.ts"

// Speaks HTTP only, so that it holds for every client.

let system: RunningSystem
let token: string
beforeAll(async () => {
  system = await runSystem()
  const account = { email: `${randomUUID()}@example.com`, password: randomUUID() }
  await call("POST", "/auth/register", account)
  const basic = `Basic ${btoa(`${account.email}:${account.password}`)}`
  token = (await call<{ access_token: string }>("POST", "/auth/token", undefined, basic)).access_token
})
afterAll(() => system?.end())

const call = async <Answer>(
  method: string,
  path: string,
  body?: unknown,
  authorization = `Bearer ${token}`,
): Promise<Answer> => {
  const response = await validatingFetch(system.edgeUrl)(`${system.edgeUrl}${path}`, {
    method,
    headers: {
      authorization,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

type Content = Uint8Array<ArrayBuffer>

const sha256Of = (content: Content) => createHash("sha256").update(content).digest("hex")

const declared = (filename: string, content: Content, more: object = {}) => ({
  filename,
  mimeType: filename.endsWith("png") ? "image/png" : "image/jpeg",
  bytes: content.length,
  ...more,
})

const create = (files: object[], more: object = {}) =>
  call<{ jobId: string; items: UploadItem[] }>("POST", "/commands/upload-jobs", { files, ...more })

const renew = (jobId: string, photos?: object[]) =>
  call<{ items: UploadItem[] }>("POST", `/commands/upload-jobs/${jobId}/renew`, photos)

type Signed = { presignedUrl: string | null; headers: Record<string, string> }

const put = async (request: Signed | undefined, body: Content) => {
  if (!request?.presignedUrl) throw new Error("no URL")
  return (await fetch(request.presignedUrl, { method: "PUT", headers: request.headers, body })).status
}

const finished = (jobId: string) =>
  vi.waitFor(
    async () => {
      const job = await call<UploadJobSnapshot>("GET", `/queries/upload-jobs/${jobId}`)
      expect(job.terminal).toBe(true)
      return job
    },
    { timeout: 60_000, interval: 200 },
  )

const newPhotos = async (count: number): Promise<Content[]> =>
  Promise.all(
    (await smallPhotos(count)).map(async ({ content }) => new Uint8Array(await content.arrayBuffer())),
  )

/** A PNG of about 12 MB: noise does not compress. */
const largePhoto = async (): Promise<Content> => {
  const [width, height] = [2100, 2000]
  const raw = { width, height, channels: 3 } as const
  return new Uint8Array(
    await sharp(randomBytes(width * height * 3), { raw })
      .png({ compressionLevel: 0 })
      .toBuffer(),
  )
}

test("bytes that are stored or in the batch are not sent again, and parts are sent with checksums", async () => {
  const [one, two] = await newPhotos(2)
  const large = await largePhoto()
  if (!one || !two) throw new Error("no photos")
  const first = await create([declared("one.jpg", one, { sha256: sha256Of(one) })])
  expect(await put(first.items[0], one)).toBe(200)
  expect(await finished(first.jobId)).toMatchObject({ status: "COMPLETED", completedCount: 1 })
  const stored = first.items[0]?.photoId

  const path = "Holiday/Day 1"
  const partSize = 5 * 1024 * 1024
  const { jobId, items } = await create(
    [
      declared("late.jpg", one, { path }),
      declared("two.jpg", two, { path, sha256: sha256Of(two) }),
      declared("copy.jpg", two, { path, sha256: sha256Of(two) }),
      declared("again.jpg", one, { path, sha256: sha256Of(one) }),
      declared("large.png", large, { path }),
    ],
    { partSize },
  )
  const [late, second, , , big] = items
  expect(items.map(({ status, duplicateOf }) => [status, duplicateOf])).toEqual([
    ["QUEUED", null],
    ["QUEUED", null],
    ["DUPLICATE", second?.photoId],
    ["DUPLICATE", stored],
    ["QUEUED", null],
  ])
  const renewed = await renew(jobId, [
    { photoId: late?.photoId, sha256: sha256Of(one) },
    { photoId: big?.photoId, sha256: sha256Of(large) },
  ])
  expect(renewed.items.map(({ status, duplicateOf }) => [status, duplicateOf])).toEqual([
    ["DUPLICATE", stored],
    ["QUEUED", null],
  ])

  expect(await put(second, two)).toBe(200)
  const partOf = (partNumber: number) => large.slice((partNumber - 1) * partSize, partNumber * partSize)
  for (const partNumbers of [[3], [2, 1]]) {
    const parts = partNumbers.map((partNumber) => ({ partNumber, sha256: sha256Of(partOf(partNumber)) }))
    const opened = await call<OpenMultipartUploadResponse>(
      "POST",
      `/commands/upload/${big?.photoId}/multipart`,
      { parts },
    )
    for (const part of opened.parts.filter(({ isStored }) => !isStored)) {
      expect(await put(part, new Uint8Array(part.bytes))).toBe(400)
      expect(await put(part, partOf(part.partNumber))).toBe(200)
    }
  }
  await call("POST", `/commands/upload/${big?.photoId}/finalize`)

  const job = await finished(jobId)
  expect(job).toMatchObject({ status: "COMPLETED", completedCount: 2, duplicateCount: 3, failedCount: 0 })
  const found = await call<ListPhotosResponse>("GET", "/queries/photos?q=holiday")
  expect(found.items.map(({ filename }) => filename)).toEqual(["large.png", "two.jpg"])
})

test("a duplicate is uploaded after all when the photo that it repeats is cancelled", async () => {
  const [photo] = await newPhotos(1)
  if (!photo) throw new Error("no photo")
  const sha256 = sha256Of(photo)
  const { jobId, items } = await create([
    declared("a.jpg", photo, { sha256 }),
    declared("b.jpg", photo, { sha256 }),
  ])
  await call("DELETE", `/commands/photos/${items[0]?.photoId}`)
  const renewed = await renew(jobId)
  expect(renewed.items.map(({ photoId }) => photoId)).toEqual([items[1]?.photoId])
  expect(await put(renewed.items[0], photo)).toBe(200)
  expect(await finished(jobId)).toMatchObject({
    status: "COMPLETED",
    completedCount: 1,
    cancelledCount: 1,
    duplicateCount: 0,
  })
})
