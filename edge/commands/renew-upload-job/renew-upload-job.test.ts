import { beforeAll, describe, expect, test } from "vitest"
import { expectProblem, jpeg, newJob, newUser, rows, send, type TestUser } from "../../testing/test-api.ts"
import type { RenewUploadJobResponse } from "./schema.ts"

let user: TestUser
beforeAll(async () => {
  user = await newUser()
})

const renew = (jobId: string) => send("POST", `/commands/upload-jobs/${jobId}/renew`, { token: user.token })

describe("renewing a job", () => {
  test("returns new URLs only for photos that are not uploaded yet", async () => {
    const { jobId, items } = await newJob(user, [jpeg(), jpeg(), jpeg()])
    await rows("update photos set status = 'COMPLETED' where photo_id = $1", items[1]?.photoId ?? "")
    const response = await renew(jobId)
    expect(response.status).toBe(200)
    const renewed = await response.json<RenewUploadJobResponse>()
    expect(renewed.items.map(({ photoId }) => photoId)).toEqual([items[0]?.photoId, items[2]?.photoId])
    for (const { presignedUrl } of renewed.items) expect(presignedUrl).toContain("X-Amz-Signature")
  })

  test("that is terminal is 409", async () => {
    const { jobId } = await newJob(user)
    await send("POST", `/commands/upload-jobs/${jobId}/cancel`, { token: user.token })
    await expectProblem(await renew(jobId), 409, "already-uploaded")
  })
})
