import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { type NodeDatabase, openNodeDatabase } from "../../db/node.ts"
import type { UserId } from "../../domain/ids.ts"
import { insertUser } from "../../edge/auth/register/sql.ts"
import { insertUploadJob } from "../../edge/commands/create-upload-job/sql.ts"
import { newId } from "../../edge/new-id.ts"
import { reopenPhotos } from "../operate/sql.ts"
import { failDeadLettered } from "./sql.ts"

let database: NodeDatabase
let userId: UserId
beforeAll(async () => {
  database = openNodeDatabase(inject("environment").databaseUrl, 2)
  userId = newId.user()
  await database.run(insertUser, { userId, email: `${userId}@example.com`, passwordHash: "none" })
})
afterAll(() => database.close())

const fault = { reason: "PROCESSING_ERROR", detail: "It was attempted many times." } as const

const newPhoto = async () => {
  const photoId = newId.photo()
  const photo = {
    photoId,
    filename: "a.jpg",
    type: "image/jpeg" as const,
    bytes: 1,
    path: null,
    sha256: null,
    partSize: null,
  }
  const request = {
    traceparent: "00-0-0-01",
    idempotencyKey: null,
    fingerprint: "",
    allowDuplicates: false,
    importKeywords: false,
  }
  await database.run(insertUploadJob, {
    jobId: newId.job(),
    userId,
    photos: [{ ...photo, s3Key: photoId }],
    ...request,
  })
  return photoId
}
const hourAgo = () => Date.now() - 3_600_000
const fail = (photoId: Awaited<ReturnType<typeof newPhoto>>, sentAtMs: number) =>
  database.run(failDeadLettered, { photoId, userId, etag: "e", sentAtMs, fault })
const redrive = (photoId: string) =>
  database.run(reopenPhotos, { photoId, jobId: null, scope: null, after: null, limit: 1000 })

describe("a dead letter", () => {
  test("fails its photo, even one that was never claimed, and the photo can be reopened", async () => {
    const photoId = await newPhoto()
    expect(await fail(photoId, hourAgo())).toMatchObject({ isFailed: true, status: "FAILED" })
    expect(await redrive(photoId)).toMatchObject({
      photos: [{ photoId, etag: "e" }],
      jobs: [expect.any(String)],
    })
  })

  test("has no effect if its photo was reopened after it was sent; a later dead letter has", async () => {
    const photoId = await newPhoto()
    await fail(photoId, hourAgo())
    await redrive(photoId)
    expect(await fail(photoId, hourAgo())).toMatchObject({
      isFailed: false,
      isStale: true,
      status: "PROCESSING",
    })
    expect(await fail(photoId, Date.now() + 1000)).toMatchObject({ isFailed: true, isStale: false })
  })
})
