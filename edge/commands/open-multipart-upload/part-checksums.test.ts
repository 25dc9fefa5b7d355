import { beforeAll, describe, expect, test } from "vitest"
import { objectStoreOf } from "../../clients/object-store/object-store.ts"
import {
  config,
  expectProblem,
  jpeg,
  newPhoto,
  newUser,
  put,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import type { OpenMultipartUploadRequest, OpenMultipartUploadResponse } from "./schema.ts"

const mebibyte = 1024 * 1024
const partSize = 5 * mebibyte
const partBytes = [partSize, partSize, 2 * mebibyte]

let user: TestUser
/** The content of each part, and its SHA-256 as the API and as S3 have it. */
let contents: { body: Uint8Array<ArrayBuffer>; sha256: string; base64: string }[]
beforeAll(async () => {
  user = await newUser()
  contents = await Promise.all(
    partBytes.map(async (bytes, index) => {
      const body = new Uint8Array(bytes).fill(index + 1)
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body))
      const base64 = btoa(String.fromCharCode(...digest))
      return {
        body,
        base64,
        sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""),
      }
    }),
  )
})

const newLargePhoto = async () => (await newPhoto(user, jpeg(12 * mebibyte), { partSize })).photoId

const ask = (photoId: string, body?: OpenMultipartUploadRequest) =>
  send("POST", `/commands/upload/${photoId}/multipart`, { token: user.token, ...(body && { body }) })

const open = async (photoId: string, body?: OpenMultipartUploadRequest) => {
  const response = await ask(photoId, body)
  expect(response.status).toBe(200)
  return response.json<OpenMultipartUploadResponse>()
}

const named = (...partNumbers: number[]) => ({
  parts: partNumbers.map((partNumber) => ({ partNumber, sha256: contents[partNumber - 1]?.sha256 ?? "" })),
})

const putPart = (upload: OpenMultipartUploadResponse, partNumber: number, body?: Uint8Array<ArrayBuffer>) => {
  const part = upload.parts.find((each) => each.partNumber === partNumber)
  if (!part) throw new Error("no such part")
  return put(part, body ?? contents[partNumber - 1]?.body ?? "")
}

const finalize = (photoId: string) =>
  send("POST", `/commands/upload/${photoId}/finalize`, { token: user.token })

describe("an upload with part checksums", () => {
  test("has URLs of the parts of the request and of the stored ones, each for exactly its content", async () => {
    const photoId = await newLargePhoto()
    const first = await open(photoId, named(2))
    expect(first.partCount).toBe(3)
    expect(first.parts).toMatchObject([
      {
        partNumber: 2,
        isStored: false,
        headers: {
          "content-length": String(partSize),
          "x-amz-checksum-sha256": contents[1]?.base64,
        },
      },
    ])
    expect(await putPart(first, 2, contents[0]?.body)).toBe(400)
    expect(await putPart(first, 2)).toBe(200)

    const second = await open(photoId, named(3, 1))
    expect(second.uploadId).toBe(first.uploadId)
    expect(second.parts.map(({ partNumber, isStored }) => [partNumber, isStored])).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ])
  })

  test("is finalized with all checksums, which S3 and the database keep", async () => {
    const photoId = await newLargePhoto()
    await putPart(await open(photoId, named(1)), 1)
    const rest = await open(photoId, named(2, 3))
    await putPart(rest, 2)
    await putPart(rest, 3)
    expect(await (await finalize(photoId)).json()).toEqual({ photoId, status: "PROCESSING" })
    const object = await objectStoreOf(config).head(`test/${user.userId}/${photoId}/original`)
    expect(object?.bytes).toBe(12 * mebibyte)
    expect(
      await rows("select sha256 from upload_parts where photo_id = $1 order by part_number", photoId),
    ).toEqual(contents.map(({ sha256 }) => ({ sha256 })))
  })

  test("returns only the stored parts for an empty list", async () => {
    const photoId = await newLargePhoto()
    expect((await open(photoId, { parts: [] })).parts).toEqual([])
    await putPart(await open(photoId, named(3)), 3)
    const { parts } = await open(photoId, { parts: [] })
    expect(parts.map(({ partNumber, isStored }) => [partNumber, isStored])).toEqual([[3, true]])
  })

  test("takes a stored part again if its content has changed", async () => {
    const photoId = await newLargePhoto()
    await putPart(await open(photoId, named(1)), 1)
    const changed = { partNumber: 1, sha256: contents[1]?.sha256 ?? "" }
    const again = await open(photoId, { parts: [changed] })
    expect(again.parts.map(({ isStored }) => isStored)).toEqual([false])
    expect(await putPart(again, 1, contents[1]?.body)).toBe(200)
  })

  test("is opened once by concurrent requests with different parts", async () => {
    const photoId = await newLargePhoto()
    const uploads = await Promise.all([1, 2, 3].map((partNumber) => open(photoId, named(partNumber))))
    expect(new Set(uploads.map(({ uploadId }) => uploadId)).size).toBe(1)
  })

  test("is replaced by an upload in the mode of the request if S3 no longer has it", async () => {
    const photoId = await newLargePhoto()
    const { uploadId } = await open(photoId, named(1))
    await objectStoreOf(config).abortMultipart(`test/${user.userId}/${photoId}/original`, uploadId)
    const plain = await open(photoId)
    expect(plain.parts).toHaveLength(3)
    expect(plain.parts[0]?.headers).not.toHaveProperty("x-amz-checksum-sha256")
  })
})

describe("failure", () => {
  test("the first request decides the mode: the other mode is 409", async () => {
    const checked = await newLargePhoto()
    await open(checked, named(1))
    const missing = await expectProblem(await ask(checked), 409, "other-checksum-mode")
    expect(missing.detail).toContain("Send `parts`")
    const plain = await newLargePhoto()
    await open(plain)
    const unexpected = await expectProblem(await ask(plain, named(1)), 409, "other-checksum-mode")
    expect(unexpected.detail).toContain("Send no `parts`")
  })

  test("of two concurrent first requests in different modes one is 409", async () => {
    const photoId = await newLargePhoto()
    const answers = await Promise.all([ask(photoId), ask(photoId, named(1))])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test("a part that the file does not have, a part twice and a malformed hash are 422", async () => {
    const photoId = await newLargePhoto()
    const sha256 = "ab".repeat(32)
    const unknown = { parts: [...named(1).parts, { partNumber: 4, sha256 }] }
    const problem = await expectProblem(await ask(photoId, unknown), 422, "validation-failed")
    expect(problem.errors).toEqual([
      { pointer: "#/parts/1/partNumber", code: "part_unknown", detail: "The file has 3 parts." },
    ])
    const invalid = [
      [{ partNumber: 0, sha256 }],
      [{ partNumber: 1, sha256: "x" }],
      [...named(1).parts, ...named(1).parts],
      Array.from({ length: 1001 }, (_, index) => ({ partNumber: index + 1, sha256 })),
    ]
    for (const parts of invalid) await expectProblem(await ask(photoId, { parts }), 422, "validation-failed")
    expect(await rows("select upload_id from photos where photo_id = $1", photoId)).toEqual([
      { upload_id: null },
    ])
  })

  test("a finalize with missing parts names them", async () => {
    const photoId = await newLargePhoto()
    await putPart(await open(photoId, named(2)), 2)
    const problem = await expectProblem(await finalize(photoId), 409, "parts-missing")
    expect(problem.detail).toContain("1, 3")
  })
})
