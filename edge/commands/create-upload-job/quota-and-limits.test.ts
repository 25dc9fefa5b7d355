import { beforeAll, describe, expect, test, vi } from "vitest"
import {
  expectProblem,
  newJob,
  newUser,
  rows,
  send,
  type TestUser,
  variablesOf,
} from "../../testing/test-api.ts"

const path = "/commands/upload-jobs"
const jpeg = { filename: "IMG_001.jpg", mimeType: "image/jpeg", bytes: 2_457_811 }

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const create = (files: unknown, token = user.token) =>
  send("POST", path, { token, body: { files, strategy: "s3-presigned" } })

describe("the quota", () => {
  test("is reserved at creation, and a job that exceeds it is rejected completely", async () => {
    const owner = await newUser()
    await rows("update users set quota_photos = 3, quota_bytes = 100 where user_id = $1", owner.userId)
    await newJob(owner, [
      { ...jpeg, bytes: 30 },
      { ...jpeg, bytes: 30 },
    ])
    const usage = () => rows("select used_bytes, used_photos from users where user_id = $1", owner.userId)
    expect(await usage()).toEqual([{ used_bytes: "60", used_photos: 2 }])
    for (const files of [[{ ...jpeg, bytes: 41 }], [jpeg, jpeg].map((file) => ({ ...file, bytes: 1 }))])
      await expectProblem(await create(files, owner.token), 403, "quota-exceeded")
    expect(await usage()).toEqual([{ used_bytes: "60", used_photos: 2 }])
  })

  test("holds for concurrent jobs", async () => {
    const owner = await newUser()
    await rows("update users set quota_photos = 5 where user_id = $1", owner.userId)
    const responses = await Promise.all(Array.from({ length: 10 }, () => create([jpeg], owner.token)))
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(5)
    expect(await rows("select used_photos from users where user_id = $1", owner.userId)).toEqual([
      { used_photos: 5 },
    ])
  })
})

describe("limits", () => {
  test("more than ten jobs at once are 429 with Retry-After", async () => {
    const owner = await newUser()
    const variables = { CREATE_JOBS_PER_MINUTE: "10" }
    const once = () => send("POST", path, { token: owner.token, body: { files: [jpeg] }, variables })
    const first = await once()
    expect(first.headers.get("ratelimit-policy")).toBe('"create-upload-job";q=10;w=60')
    expect(first.headers.get("ratelimit")).toBe('"create-upload-job";r=9;t=6')
    const statuses: number[] = []
    for (let count = 2; count <= 10; count += 1) statuses.push((await once()).status)
    expect(new Set(statuses)).toEqual(new Set([201]))
    const limited = await once()
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0)
    await expectProblem(limited, 429, "rate-limited")
  })

  test("while the database is slow, new jobs are 503 and queries still work", async () => {
    const variables = { MAX_DATABASE_LATENCY_MS: "0.001" }
    const environment = variablesOf(variables)
    // The first request passes, since nothing has been measured yet.
    const response = await vi.waitFor(async () => {
      const response = await send("POST", path, {
        token: user.token,
        body: { files: [jpeg] },
        env: environment,
      })
      expect(response.status).toBe(503)
      return response
    })
    expect(response.headers.get("retry-after")).toBe("10")
    await expectProblem(response, 503, "overloaded")
    const query = await send("GET", "/queries/upload-jobs", { token: user.token, env: environment })
    expect(query.status).toBe(200)
  })
})
