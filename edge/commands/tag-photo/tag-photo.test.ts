import { beforeAll, describe, expect, test } from "vitest"
import { expectProblem, newPhoto, newUser, rows, send, type TestUser } from "../../testing/test-api.ts"
import type { PhotoTagsResponse } from "./schema.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const tag = (photoId: string, labels: unknown[], token = user.token) =>
  send("POST", `/commands/photos/${photoId}/tags`, { token, body: { labels } })
const untag = (photoId: string, label: string) =>
  send("DELETE", `/commands/photos/${photoId}/tags/${encodeURIComponent(label)}`, { token: user.token })
const labels = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index}`)

describe("tagging a photo", () => {
  test("adds labels trimmed, in NFC and without duplicates, ignoring case", async () => {
    const { photoId } = await newPhoto(user)
    const response = await tag(photoId, ["  Beach ", "Zoe\u0308", "beach"])
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ photoId, tags: ["Beach", "Zoë"] })
    expect(await (await tag(photoId, ["BEACH", "Sea"])).json()).toEqual({
      photoId,
      tags: ["Beach", "Sea", "Zoë"],
    })
  })

  test("a label keeps its first spelling on every photo of the user", async () => {
    const owner = await newUser()
    const [first, second] = [await newPhoto(owner), await newPhoto(owner)]
    await tag(first.photoId, ["Sunset"], owner.token)
    expect(await (await tag(second.photoId, ["SUNSET"], owner.token)).json()).toMatchObject({
      tags: ["Sunset"],
    })
    expect(await rows("select label from tags where user_id = $1", owner.userId)).toEqual([
      { label: "Sunset" },
    ])
  })

  test("allows fifty tags, also with concurrent requests", async () => {
    const { photoId } = await newPhoto(user)
    expect((await tag(photoId, labels(40, "a"))).status).toBe(200)
    const responses = await Promise.all(["b", "c", "d"].map((prefix) => tag(photoId, labels(10, prefix))))
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect(await rows("select count(*)::int from photo_tags where photo_id = $1", photoId)).toEqual([
      { count: 50 },
    ])
    await expectProblem(await tag(photoId, ["one more"]), 409, "too-many-tags")
    expect((await tag(photoId, ["A 1"])).status).toBe(200)
  })

  test.each([[[]], [[""]], [["a\u0000b"]], [["x".repeat(65)]], [[42]]])("rejects %j", async (wrong) => {
    const { photoId } = await newPhoto(user)
    await expectProblem(await tag(photoId, wrong), 422, "validation-failed")
  })
})

describe("removing a tag", () => {
  test("keeps the others; repeating it changes nothing", async () => {
    const { photoId } = await newPhoto(user)
    await tag(photoId, ["rock & roll/100%", "Sea"])
    for (let time = 0; time < 2; time += 1) {
      const response = await untag(photoId, "ROCK & ROLL/100%")
      expect(await response.json<PhotoTagsResponse>()).toEqual({ photoId, tags: ["Sea"] })
    }
    expect(
      await rows("select action, outcome from audit_log where photo_id = $1 order by audit_id", photoId),
    ).toEqual([
      { action: "tag-photo", outcome: "tagged" },
      { action: "untag-photo", outcome: "untagged" },
      { action: "untag-photo", outcome: "unchanged" },
    ])
  })
})
