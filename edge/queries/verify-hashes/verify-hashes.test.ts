import { describe, expect, test } from "vitest"
import {
  complete,
  expectProblem,
  newPhoto,
  newUser,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import { maxHashes, type VerifyHashesResponse } from "./schema.ts"

const hashOf = (place: number) => place.toString(16).padStart(64, "0")

const verify = (user: TestUser, sha256: unknown) =>
  send("POST", "/queries/verify", { token: user.token, body: { sha256 } })
const verified = async (user: TestUser, sha256: string[]) => {
  const response = await verify(user, sha256)
  expect(response.status).toBe(200)
  return (await response.json<VerifyHashesResponse>()).items
}
/** A COMPLETED photo whose stored bytes have the hash. */
const stored = async (user: TestUser, sha256: string) => {
  const { photoId } = await newPhoto(user)
  await complete(photoId)
  const [photo] = await rows(
    `update photos set checksum = '${sha256}' where photo_id = $1 returning job_id as "jobId"`,
    photoId,
  )
  return { photoId, jobId: String(photo?.jobId) }
}

describe("verifying hashes", () => {
  test("returns the stored photo of each hash in the order of the request, repeated hashes included", async () => {
    const user = await newUser()
    const [first, second] = [await stored(user, hashOf(1)), await stored(user, hashOf(0xabc))]
    await stored(user, hashOf(1))
    const missing = { sha256: hashOf(9), isStored: false, photoId: null, jobId: null }
    expect(
      await verified(user, [hashOf(9), hashOf(0xabc).toUpperCase(), hashOf(1), hashOf(9), hashOf(1)]),
    ).toEqual([
      missing,
      { sha256: hashOf(0xabc), isStored: true, ...second },
      { sha256: hashOf(1), isStored: true, ...first },
      missing,
      { sha256: hashOf(1), isStored: true, ...first },
    ])
  })

  test("counts only COMPLETED photos that are not deleted, by the hash of the stored bytes", async () => {
    const user = await newUser()
    const declared = await newPhoto(user, {
      filename: "a.jpg",
      mimeType: "image/jpeg",
      bytes: 12,
      sha256: hashOf(1),
    })
    await complete(declared.photoId)
    const failed = await stored(user, hashOf(2))
    await rows(
      "update photos set status = 'FAILED', failure_reason = 'CORRUPT' where photo_id = $1",
      failed.photoId,
    )
    const deleted = await stored(user, hashOf(3))
    await send("DELETE", `/commands/photos/${deleted.photoId}`, { token: user.token })
    await stored(await newUser(), hashOf(4))
    const items = await verified(user, [1, 2, 3, 4].map(hashOf))
    expect(items.map(({ isStored }) => isStored)).toEqual([false, false, false, false])
  })

  test(`takes ${maxHashes} hashes`, async () => {
    const user = await newUser()
    const hashes = Array.from({ length: maxHashes }, (_, place) => hashOf(place))
    const { photoId } = await stored(user, hashOf(maxHashes - 1))
    const items = await verified(user, hashes)
    expect(items.map(({ sha256 }) => sha256)).toEqual(hashes)
    expect(items.filter(({ isStored }) => isStored)).toMatchObject([{ photoId }])
  })

  test.each([
    ["none", []],
    ["too many", Array.from({ length: maxHashes + 1 }, () => hashOf(0))],
    ["base64", ["LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564="]],
    ["a number", [7]],
  ])("rejects %s", async (_, sha256) => {
    await expectProblem(await verify(await newUser(), sha256), 422, "validation-failed")
  })
})
