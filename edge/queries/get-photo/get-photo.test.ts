import { beforeAll, describe, expect, test } from "vitest"
import type { CreateUploadJobResponse } from "../../commands/create-upload-job/schema.ts"
import {
  config,
  expectProblem,
  forgeToken,
  newUser,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import type { PhotoResponse } from "./schema.ts"

let user: TestUser
let photoId: string
beforeAll(async () => {
  user = await newUser()
  const body = { files: [{ filename: "Zoë.jpg", mimeType: "image/jpeg", bytes: 7 }] }
  const created = await send("POST", "/commands/upload-jobs", { token: user.token, body })
  photoId = (await created.json<CreateUploadJobResponse>()).items[0]?.photoId ?? ""
})

const get = (id: string, token = user.token) => send("GET", `/queries/photos/${id}`, { token })

describe("a photo", () => {
  test("that is not uploaded yet has only its declared fields", async () => {
    const response = await get(photoId)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      photoId,
      filename: "Zoë.jpg",
      mimeType: "image/jpeg",
      bytes: 7,
      status: "QUEUED",
      exifJson: null,
      anomalies: [],
      width: null,
      thumbnails: [],
      thumbhash: null,
      annotations: null,
    })
  })

  test("that is COMPLETED has its EXIF and presigned URLs of its thumbnails", async () => {
    await rows(
      `update photos set status = 'COMPLETED', width = 4032, height = 3024, exif_json = '{"make": "Apple", "iso": 32}',
         anomalies = '{TRAILING_DATA}',
         thumbnails = '[{"variant": 256, "width": 256, "height": 192, "bytes": 9000}]'
       where photo_id = $1`,
      photoId,
    )
    const photo = await (await get(photoId)).json<PhotoResponse>()
    expect(photo).toMatchObject({ width: 4032, height: 3024, exifJson: { make: "Apple", iso: 32 } })
    expect(photo.anomalies).toEqual(["TRAILING_DATA"])
    const [thumbnail] = photo.thumbnails
    const url = new URL(thumbnail?.url ?? "")
    expect(url.pathname).toBe(`/${config.s3.bucket}/thumbnails/test/${user.userId}/${photoId}/256.webp`)
    expect(url.searchParams.get("X-Amz-Expires")).toBe("1200")
    expect(thumbnail).toMatchObject({ variant: 256, width: 256, height: 192, expiresAt: expect.any(String) })
  })

  test("that is COMPLETED has its ThumbHash and what its author wrote into the file", async () => {
    const annotations = {
      title: "Pier",
      caption: "Tom & Jerry",
      keywords: ["Sea"],
      rating: 4,
      creator: "Ann",
    }
    await rows(
      `update photos set thumbhash = 'IQgOBgAnd3h4', annotations = '${JSON.stringify(annotations)}' where photo_id = $1`,
      photoId,
    )
    expect(await (await get(photoId)).json()).toMatchObject({ thumbhash: "IQgOBgAnd3h4", annotations })
  })

  test("is 404 for an unknown id, a malformed id and another user", async () => {
    const otherUser = await newUser()
    await expectProblem(await get(`ph_${"0".repeat(26)}`), 404, "not-found")
    await expectProblem(await get("%2e%2e"), 404, "not-found")
    await expectProblem(await get(photoId, otherUser.token), 404, "not-found")
  })

  test("is 401 without a token and 403 with a write-only token", async () => {
    await expectProblem(await send("GET", `/queries/photos/${photoId}`), 401, "unauthenticated")
    const writer = await forgeToken({ sub: user.userId, scope: "photos:write" })
    await expectProblem(await get(photoId, writer), 403, "insufficient-scope")
  })
})
