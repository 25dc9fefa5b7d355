import { AwsClient } from "aws4fetch"
import { beforeAll, describe, expect, test } from "vitest"
import {
  config,
  expectProblem,
  forgeToken,
  newUser,
  rows,
  send,
  type TestUser,
} from "../../testing/test-api.ts"
import type { CreateUploadJobResponse } from "../create-upload-job/schema.ts"

const bytes = new TextEncoder().encode("twelve bytes")

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const promise = async () => {
  const body = { files: [{ filename: "a.jpg", mimeType: "image/jpeg", bytes: bytes.length }] }
  const response = await send("POST", "/commands/upload-jobs", { token: user.token, body })
  const { items } = await response.json<CreateUploadJobResponse>()
  const [item] = items
  if (!item?.presignedUrl) throw new Error("no item")
  return item
}

const upload = async (item: { presignedUrl: string; headers: Record<string, string> }) => {
  const response = await fetch(item.presignedUrl, { method: "PUT", headers: item.headers, body: bytes })
  await response.body?.cancel()
  expect(response.status).toBe(200)
}

const finalize = (photoId: string, token = user.token) =>
  send("POST", `/commands/upload/${photoId}/finalize`, { token })

const queued = async (photoId: string): Promise<number> => {
  const sqs = new AwsClient({ ...config.credentials, service: "sqs", region: config.s3.region })
  const response = await sqs.fetch(config.sqs.endpoint, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ReceiveMessage" },
    body: JSON.stringify({ QueueUrl: config.sqs.queueUrl, MaxNumberOfMessages: 10 }),
  })
  const { Messages = [] } = await response.json<{ Messages?: { Body: string }[] }>()
  return Messages.filter(({ Body }) => Body.includes(photoId)).length
}

describe("success", () => {
  test("an uploaded photo is PROCESSING, with its event, and the processor is told", async () => {
    const item = await promise()
    await upload(item)
    const response = await finalize(item.photoId)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ photoId: item.photoId, status: "PROCESSING" })
    expect(await rows("select status, etag from photos where photo_id = $1", item.photoId)).toEqual([
      { status: "PROCESSING", etag: expect.stringMatching(/^[0-9a-f]{32}$/) },
    ])
    expect(await queued(item.photoId)).toBe(1)
  })

  test("finalizing again changes nothing and says the same", async () => {
    const item = await promise()
    await upload(item)
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

describe("refusal", () => {
  test("a photo that was not uploaded is 409 and stays QUEUED", async () => {
    const { photoId } = await promise()
    await expectProblem(await finalize(photoId), 409, "object-missing")
    expect(await rows("select status from photos where photo_id = $1", photoId)).toEqual([
      { status: "QUEUED" },
    ])
  })

  test("an unknown id, an impossible id and another user's photo are 404", async () => {
    const stranger = await newUser()
    const item = await promise()
    await upload(item)
    await expectProblem(await finalize(`ph_${"0".repeat(26)}`), 404, "not-found")
    await expectProblem(await finalize("ph_1"), 404, "not-found")
    await expectProblem(await finalize(item.photoId, stranger.token), 404, "not-found")
    expect(await rows("select status from photos where photo_id = $1", item.photoId)).toEqual([
      { status: "QUEUED" },
    ])
  })

  test("no token is 401, and one that may only read is 403", async () => {
    const { photoId } = await promise()
    await expectProblem(await send("POST", `/commands/upload/${photoId}/finalize`), 401, "unauthenticated")
    const reader = await forgeToken({ sub: user.userId, scope: "photos:read" })
    await expectProblem(await finalize(photoId, reader), 403, "insufficient-scope")
  })
})
