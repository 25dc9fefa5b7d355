import { beforeAll, beforeEach, describe, expect, test } from "vitest"
import {
  duringChange,
  expectProblem,
  forgeToken,
  newPhoto,
  newUser,
  put,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import { newQueue, type TestQueue } from "../../testing/test-queue.ts"

let user: TestUser
let queue: TestQueue
beforeAll(async () => {
  user = await newUser()
})
beforeEach(async () => {
  queue = await newQueue()
})

const finalize = (photoId: string, token = user.token, variables = queue.variables) =>
  send("POST", `/commands/upload/${photoId}/finalize`, { token, variables })

const uploaded = async () => {
  const item = await newPhoto(user)
  expect(await put(item)).toBe(200)
  return item
}

describe("success", () => {
  test("an uploaded photo becomes PROCESSING with an event and a message for the processor", async () => {
    const item = await uploaded()
    const response = await finalize(item.photoId)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ photoId: item.photoId, status: "PROCESSING" })
    expect(await rows("select status, etag from photos where photo_id = $1", item.photoId)).toEqual([
      { status: "PROCESSING", etag: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ])
    expect(await queue.receiveKeys()).toEqual([`test/${user.userId}/${item.photoId}/original`])
  })

  test("finalizing again has no effect and returns the same response", async () => {
    const item = await uploaded()
    await finalize(item.photoId)
    expect(await (await finalize(item.photoId)).json()).toEqual({
      photoId: item.photoId,
      status: "PROCESSING",
    })
    const events = await rows(
      "select type from outbox_events where photo_id = $1 order by sequence",
      item.photoId,
    )
    expect(events).toEqual([{ type: "PhotoQueued" }, { type: "PhotoUploadCompleted" }])
  })
})

test("a photo that a worker claims concurrently is reported as PROCESSING", async () => {
  const { photoId } = await uploaded()
  const claim =
    "update photos set status = 'PROCESSING', etag = 'e', lease_expires_at = now() + interval '1 minute' where photo_id = $1"
  const response = await duringChange(claim, photoId, () => finalize(photoId))
  expect(await response.json()).toEqual({ photoId, status: "PROCESSING" })
  expect(await queue.receiveKeys()).toEqual([])
})

describe("messages", () => {
  test("200 calls send one message", async () => {
    const { photoId } = await uploaded()
    for (let batch = 0; batch < 20; batch += 1)
      await Promise.all(Array.from({ length: 10 }, () => finalize(photoId)))
    expect(await queue.receiveKeys()).toHaveLength(1)
  })

  test("a message that the queue did not accept is sent by the next call", async () => {
    const { photoId } = await uploaded()
    const missing = { SQS_QUEUE_URL: `${queue.variables.SQS_QUEUE_URL}-missing` }
    await expectProblem(await finalize(photoId, user.token, missing), 503, "queue-unavailable")
    expect((await finalize(photoId)).status).toBe(200)
    expect(await queue.receiveKeys()).toHaveLength(1)
  })

  test("a photo that no worker has claimed for a minute gets exactly one more message", async () => {
    const { photoId } = await uploaded()
    await finalize(photoId)
    await rows("update photos set enqueued_at = now() - interval '61 seconds' where photo_id = $1", photoId)
    await Promise.all([finalize(photoId), finalize(photoId), finalize(photoId)])
    expect(await queue.receiveKeys()).toHaveLength(2)
  })

  test("a photo that a worker has claimed gets no message", async () => {
    const { photoId } = await uploaded()
    await finalize(photoId)
    await rows(
      `update photos set enqueued_at = null, lease_expires_at = now() + interval '1 minute' where photo_id = $1`,
      photoId,
    )
    await finalize(photoId)
    expect(await queue.receiveKeys()).toHaveLength(1)
  })
})

test("requests for ids that the user does not have are counted by day, not logged one by one", async () => {
  const caller = await newUser()
  for (let call = 0; call < 5; call += 1)
    await expectProblem(await finalize(`ph_${"0".repeat(26)}`, caller.token), 404, "not-found")
  expect(await rows("select from audit_log where user_id = $1", caller.userId)).toEqual([])
  expect(
    await rows("select action, requests from unknown_id_requests where user_id = $1", caller.userId),
  ).toEqual([{ action: "finalize-upload", requests: 5 }])
})

describe("failure", () => {
  test("a photo that was not uploaded is 409 and stays QUEUED", async () => {
    const { photoId } = await newPhoto(user)
    await expectProblem(await finalize(photoId), 409, "object-missing")
    expect(await rows("select status from photos where photo_id = $1", photoId)).toEqual([
      { status: "QUEUED" },
    ])
  })

  test("an unknown id, a malformed id and another user's photo are 404", async () => {
    const otherUser = await newUser()
    const item = await uploaded()
    await expectProblem(await finalize(`ph_${"0".repeat(26)}`), 404, "not-found")
    await expectProblem(await finalize("ph_1"), 404, "not-found")
    await expectProblem(await finalize(item.photoId, otherUser.token), 404, "not-found")
    expect(await rows("select status from photos where photo_id = $1", item.photoId)).toEqual([
      { status: "QUEUED" },
    ])
  })

  test("no token is 401, a read-only token is 403", async () => {
    const { photoId } = await newPhoto(user)
    await expectProblem(await send("POST", `/commands/upload/${photoId}/finalize`), 401, "unauthenticated")
    const reader = await forgeToken({ sub: user.userId, scope: "photos:read" })
    await expectProblem(await finalize(photoId, reader), 403, "insufficient-scope")
  })
})
