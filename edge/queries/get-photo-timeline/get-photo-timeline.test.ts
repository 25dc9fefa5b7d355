import { beforeAll, expect, test } from "vitest"
import { newPhoto, newUser, put, send, type TestUser } from "../../testing/test-api.ts"
import type { PhotoTimelineResponse } from "./schema.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

test("a photo's timeline tells in order what happened to it, in words", async () => {
  const item = await newPhoto(user)
  await put(item)
  await send("POST", `/commands/upload/${item.photoId}/finalize`, { token: user.token })
  await send("DELETE", `/commands/photos/${item.photoId}`, { token: user.token })
  const path = `/queries/photos/${item.photoId}/timeline`
  const response = await send("GET", path, { token: user.token })
  const { entries } = await response.json<PhotoTimelineResponse>()
  expect(entries.map(({ kind }) => kind)).toEqual(["QUEUED", "PROCESSING", "CANCELLED"])
  expect(entries.map(({ text }) => text)).toEqual([
    "The photo was announced and waits for its bytes.",
    "The bytes arrived in the cloud.",
    "The upload was cancelled.",
  ])
  const held = { "if-none-match": response.headers.get("etag") ?? "" }
  expect((await send("GET", path, { token: user.token, headers: held })).status).toBe(304)
})
