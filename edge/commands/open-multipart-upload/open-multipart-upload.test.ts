import { beforeAll, describe, expect, test, vi } from "vitest"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import {
  config,
  expectProblem,
  forgeToken,
  jpeg,
  newPhoto,
  newUser,
  put,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import type { OpenMultipartUploadResponse } from "./schema.ts"

const mebibyte = 1024 * 1024
const bytes = 12 * mebibyte
const partSize = 5 * mebibyte

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const newLargePhoto = () => newPhoto(user, jpeg(bytes), { partSize })

const open = (photoId: string, token = user.token) =>
  send("POST", `/commands/upload/${photoId}/multipart`, { token })

const opened = async (photoId: string) => {
  const response = await open(photoId)
  expect(response.status).toBe(200)
  return response.json<OpenMultipartUploadResponse>()
}

const putPart = (upload: OpenMultipartUploadResponse, partNumber: number, size?: number) => {
  const part = upload.parts[partNumber - 1]
  if (!part) throw new Error("no such part")
  return put(part, new Uint8Array(size ?? part.bytes).fill(partNumber))
}

describe("success", () => {
  test("every part has a URL that accepts only its exact length", async () => {
    const upload = await opened((await newLargePhoto()).photoId)
    expect(upload).toMatchObject({ partSize, partCount: 3 })
    expect(upload.parts.map((part) => [part.partNumber, part.bytes, part.isStored])).toEqual([
      [1, partSize, false],
      [2, partSize, false],
      [3, 2 * mebibyte, false],
    ])
    expect(await putPart(upload, 3, mebibyte)).toBe(403)
    expect(await putPart(upload, 3)).toBe(200)
  })

  test("opening again returns the same upload, new URLs and the stored parts", async () => {
    const { photoId } = await newLargePhoto()
    const first = await opened(photoId)
    await putPart(first, 2)
    const second = await opened(photoId)
    expect(second.uploadId).toBe(first.uploadId)
    expect(second.parts.map(({ isStored }) => isStored)).toEqual([false, true, false])
    const recorded = () =>
      rows("select part_number, bytes, etag from upload_parts where photo_id = $1", photoId)
    await vi.waitFor(async () =>
      expect(await recorded()).toEqual([
        { part_number: 2, bytes: partSize, etag: expect.stringMatching(/^[0-9a-f]{32}$/) },
      ]),
    )
  })

  test("two concurrent requests open one upload", async () => {
    const { photoId } = await newLargePhoto()
    const uploads = await Promise.all(Array.from({ length: 5 }, () => opened(photoId)))
    expect(new Set(uploads.map(({ uploadId }) => uploadId)).size).toBe(1)
    expect(await rows("select upload_id from photos where photo_id = $1", photoId)).toEqual([
      { upload_id: uploads[0]?.uploadId },
    ])
  })

  test("an upload that S3 no longer has is replaced by a new one", async () => {
    const { photoId } = await newLargePhoto()
    const first = await opened(photoId)
    await objectStoreOf(config).abortMultipart(`test/${user.userId}/${photoId}/original`, first.uploadId)
    const second = await opened(photoId)
    expect(second.uploadId).not.toBe(first.uploadId)
    expect(await putPart(second, 1)).toBe(200)
  })
})

describe("finalizing", () => {
  const finalize = (photoId: string) =>
    send("POST", `/commands/upload/${photoId}/finalize`, { token: user.token })

  test("completes the multipart upload once", async () => {
    const { photoId } = await newLargePhoto()
    const upload = await opened(photoId)
    for (const partNumber of [1, 2, 3]) await putPart(upload, partNumber)
    for (let time = 0; time < 2; time += 1)
      expect(await (await finalize(photoId)).json()).toEqual({ photoId, status: "PROCESSING" })
    const object = await objectStoreOf(config).head(`test/${user.userId}/${photoId}/original`)
    expect(object?.bytes).toBe(bytes)
    expect(await rows("select count(*)::int from upload_parts where photo_id = $1", photoId)).toEqual([
      { count: 3 },
    ])
  })

  test("with missing parts is 409 and lists them", async () => {
    const { photoId } = await newLargePhoto()
    const upload = await opened(photoId)
    await putPart(upload, 2)
    const problem = await expectProblem(await finalize(photoId), 409, "parts-missing")
    expect(problem.detail).toContain("1, 3")
  })

  test("of an upload that was never opened is 409", async () => {
    await expectProblem(await finalize((await newLargePhoto()).photoId), 409, "object-missing")
  })
})

describe("failure", () => {
  test("a photo that is uploaded with one PUT is 409", async () => {
    await expectProblem(await open((await newPhoto(user)).photoId), 409, "not-multipart")
  })

  test("a cancelled photo is 409, and its upload is aborted in S3", async () => {
    const { photoId } = await newLargePhoto()
    const upload = await opened(photoId)
    await putPart(upload, 1)
    await send("DELETE", `/commands/photos/${photoId}`, { token: user.token })
    await expectProblem(await open(photoId), 409, "already-uploaded")
    await vi.waitFor(async () => expect(await putPart(upload, 2)).toBe(404))
  })

  test("an unknown id and another user's photo are 404, a read-only token is 403, no token is 401", async () => {
    const { photoId } = await newLargePhoto()
    const otherUser = await newUser()
    await expectProblem(await open(`ph_${"0".repeat(26)}`), 404, "not-found")
    await expectProblem(await open(photoId, otherUser.token), 404, "not-found")
    const reader = await forgeToken({ sub: user.userId, scope: "photos:read" })
    await expectProblem(await open(photoId, reader), 403, "insufficient-scope")
    await expectProblem(await send("POST", `/commands/upload/${photoId}/multipart`), 401, "unauthenticated")
  })
})
