import { beforeAll, describe, expect, test } from "vitest"
import { newJob, newUser, send, type TestUser } from "../../testing/test-api.ts"
import type { ListUploadJobsResponse } from "./schema.ts"

let user: TestUser
let jobIds: string[]
beforeAll(async () => {
  user = await newUser()
  jobIds = []
  for (let count = 0; count < 5; count += 1) jobIds.unshift((await newJob(user)).jobId)
})

const request = (query = "", headers: Record<string, string> = {}) =>
  send("GET", `/queries/upload-jobs${query}`, { token: user.token, headers })

describe("a list of jobs", () => {
  test("has the caller's jobs, newest first, by page and by cursor", async () => {
    const all = await (await request()).json<ListUploadJobsResponse>()
    expect(all.items.map(({ jobId }) => jobId)).toEqual(jobIds)
    expect(all.items[0]).toMatchObject({ status: "QUEUED", terminal: false, totalCount: 1 })
    const first = await (await request("?size=2")).json<ListUploadJobsResponse>()
    const second = await (await request(`?size=2&cursor=${first.nextCursor}`)).json<ListUploadJobsResponse>()
    const last = await (await request("?size=2&page=2")).json<ListUploadJobsResponse>()
    expect([...first.items, ...second.items, ...last.items].map(({ jobId }) => jobId)).toEqual(jobIds)
    expect(last.nextCursor).toBeNull()
  })

  test("is 304 until one of its jobs changes", async () => {
    const etag = (await request()).headers.get("etag") ?? ""
    expect((await request("", { "if-none-match": etag })).status).toBe(304)
    await send("POST", `/commands/upload-jobs/${jobIds[3]}/cancel`, { token: user.token })
    expect((await request("", { "if-none-match": etag })).status).toBe(200)
  })
})
