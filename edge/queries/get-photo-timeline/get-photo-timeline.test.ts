import { beforeAll, describe, expect, test } from "vitest"
import { timelineKinds } from "../../../domain/photo-timeline.ts"
import { newId } from "../../new-id.ts"
import {
  expectProblem,
  forgeToken,
  newPhoto,
  newUser,
  put,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import type { PhotoTimelineResponse } from "./schema.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const pathOf = (photoId: string) => `/queries/photos/${photoId}/timeline`

const entriesOf = async (photoId: string) => {
  const response = await send("GET", pathOf(photoId), { token: user.token })
  expect(response.status).toBe(200)
  return (await response.json<PhotoTimelineResponse>()).entries
}

describe("a photo's timeline", () => {
  test("lists the events of the photo in chronological order, with a text for each", async () => {
    const item = await newPhoto(user)
    await put(item)
    await send("POST", `/commands/upload/${item.photoId}/finalize`, { token: user.token })
    await send("DELETE", `/commands/photos/${item.photoId}`, { token: user.token })
    const entries = await entriesOf(item.photoId)
    expect(entries.map(({ kind }) => kind)).toEqual(["QUEUED", "PROCESSING", "CANCELLED"])
    expect(entries.map(({ text }) => text)).toEqual([
      "The photo was added and is waiting for its upload.",
      "The upload is complete.",
      "The upload was cancelled.",
    ])
  })

  test("has a distinct text for every kind of entry", async () => {
    const { photoId } = await newPhoto(user)
    for (const kind of timelineKinds)
      await rows(
        `insert into photo_timeline (photo_id, kind, data) values ($1, '${kind}', '{"attempt": 2}')`,
        photoId,
      )
    const entries = await entriesOf(photoId)
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(timelineKinds))
    expect(new Set(entries.map(({ text }) => text)).size).toBe(timelineKinds.length)
    for (const { kind, text } of entries) expect(text).not.toContain(kind)
  })

  test("is 304 while nothing has changed", async () => {
    const { photoId } = await newPhoto(user)
    const response = await send("GET", pathOf(photoId), { token: user.token })
    const headers = { "if-none-match": response.headers.get("etag") ?? "" }
    expect((await send("GET", pathOf(photoId), { token: user.token, headers })).status).toBe(304)
  })

  test("is 404 for an unknown id, an invalid id and another user, 401 without a token", async () => {
    const { photoId } = await newPhoto(user)
    const otherUser = await newUser()
    for (const [id, { token }] of [
      [newId.photo(), user],
      ["ph_1", user],
      [photoId, otherUser],
    ] as const)
      await expectProblem(await send("GET", pathOf(id), { token }), 404, "not-found")
    await expectProblem(await send("GET", pathOf(photoId)), 401, "unauthenticated")
    const writer = await forgeToken({ sub: user.userId, scope: "photos:write" })
    await expectProblem(await send("GET", pathOf(photoId), { token: writer }), 403, "insufficient-scope")
  })
})
