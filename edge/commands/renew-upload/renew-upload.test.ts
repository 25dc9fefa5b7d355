import { beforeAll, describe, expect, test } from "vitest"
import {
  expectProblem,
  jpeg,
  newPhoto,
  newUser,
  put,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import type { RenewUploadResponse } from "./schema.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const renew = (photoId: string, token = user.token) =>
  send("POST", `/commands/upload/${photoId}/renew`, { token })

describe("renewing an upload", () => {
  test("returns a URL with the same restrictions as the first", async () => {
    const { photoId } = await newPhoto(user)
    const response = await renew(photoId)
    expect(response.status).toBe(200)
    const renewed = await response.json<RenewUploadResponse>()
    expect(renewed).toMatchObject({ photoId, method: "PUT", multipart: null })
    expect(await put(renewed)).toBe(200)
  })

  test("of a multipart upload returns its id once it is open", async () => {
    const { photoId } = await newPhoto(user, jpeg(20 * 1024 * 1024))
    const before = await (await renew(photoId)).json<RenewUploadResponse>()
    expect(before.multipart?.uploadId).toBeNull()
    await send("POST", `/commands/upload/${photoId}/multipart`, { token: user.token })
    const after = await (await renew(photoId)).json<RenewUploadResponse>()
    expect(after.multipart).toMatchObject({ partCount: 3, uploadId: expect.any(String) })
  })

  test.each(["PROCESSING", "COMPLETED", "CANCELLED"])("of a photo that is %s is 409", async (status) => {
    const { photoId } = await newPhoto(user)
    await rows(`update photos set status = '${status}', etag = 'e' where photo_id = $1`, photoId)
    await expectProblem(await renew(photoId), 409, "already-uploaded")
  })

  test("is in the audit log", async () => {
    const { photoId } = await newPhoto(user)
    await renew(photoId)
    expect(await rows("select action, outcome from audit_log where photo_id = $1", photoId)).toEqual([
      { action: "renew-upload", outcome: "QUEUED" },
    ])
  })
})
